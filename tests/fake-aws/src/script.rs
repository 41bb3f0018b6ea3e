//! The script of a test: which calls meet which behaviour, changed at any moment.

use std::sync::Mutex;

use crate::{Behaviour, Call};

/// Chooses the behaviour at each call. Without a rule that fits, a call is answered.
#[derive(Debug, Default)]
pub struct Script(Mutex<Vec<Rule>>);

#[derive(Debug)]
struct Rule {
    calls: Calls,
    /// The matching calls to let pass first.
    skip: usize,
    /// The matching calls that are left for the rule. None for all.
    left: Option<usize>,
    behaviour: Behaviour,
}

/// A set of calls.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Calls {
    service: Option<String>,
    action: Option<String>,
    resource: Option<String>,
    caller: Option<String>,
}

impl Calls {
    /// All calls.
    #[must_use]
    pub fn all() -> Self {
        Self::default()
    }

    /// All calls of a service, such as `sqs`.
    #[must_use]
    pub fn to(service: &str) -> Self {
        Self {
            service: Some(service.to_owned()),
            ..Self::default()
        }
    }

    /// Of these only the calls of an action, such as `SendMessage`.
    #[must_use]
    pub fn action(self, action: &str) -> Self {
        Self {
            action: Some(action.to_owned()),
            ..self
        }
    }

    /// Of these only the calls that name a table, queue or function.
    #[must_use]
    pub fn on(self, resource: &str) -> Self {
        Self {
            resource: Some(resource.to_owned()),
            ..self
        }
    }

    /// Of these only the calls that a function makes.
    #[must_use]
    pub fn by(self, caller: &str) -> Self {
        Self {
            caller: Some(caller.to_owned()),
            ..self
        }
    }

    /// Whether a call is one of these.
    #[must_use]
    pub fn contain(&self, call: &Call) -> bool {
        let fits = |wanted: &Option<String>, value: &str| wanted.as_deref().is_none_or(|wanted| wanted == value);
        fits(&self.service, &call.service)
            && fits(&self.action, &call.action)
            && fits(&self.caller, &call.caller)
            && self
                .resource
                .as_ref()
                .is_none_or(|resource| call.resources().contains(resource))
    }
}

impl Script {
    /// From now on these calls meet `behaviour`.
    pub fn always(&self, calls: Calls, behaviour: Behaviour) {
        self.add(calls, 0, None, behaviour);
    }

    /// The next `times` of these calls meet `behaviour`.
    pub fn next(&self, times: usize, calls: Calls, behaviour: Behaviour) {
        self.add(calls, 0, Some(times), behaviour);
    }

    /// Of these calls the one after the next `skip` meets `behaviour`.
    pub fn after(&self, skip: usize, calls: Calls, behaviour: Behaviour) {
        self.add(calls, skip, Some(1), behaviour);
    }

    /// Forgets all rules. Calls that hang go on hanging.
    pub fn clear(&self) {
        self.0.lock().unwrap().clear();
    }

    fn add(&self, calls: Calls, skip: usize, left: Option<usize>, behaviour: Behaviour) {
        self.0.lock().unwrap().push(Rule {
            calls,
            skip,
            left,
            behaviour,
        });
    }

    /// The behaviour at this call, by the newest rule that fits.
    pub(crate) fn behaviour(&self, call: &Call) -> Behaviour {
        let mut rules = self.0.lock().unwrap();
        let applies = rules
            .iter_mut()
            .rev()
            .filter(|rule| rule.calls.contain(call))
            .find_map(Rule::take);
        applies.unwrap_or_default()
    }
}

impl Rule {
    /// The behaviour, if the rule applies to the matching call that comes now.
    fn take(&mut self) -> Option<Behaviour> {
        if self.skip > 0 {
            self.skip -= 1;
            return None;
        }
        if let Some(left) = &mut self.left {
            *left = left.checked_sub(1)?;
        }
        Some(self.behaviour.clone())
    }
}
