//! The views that a load expects in each counter, and those that the API tells.

use std::{collections::BTreeMap, fmt, time::Duration};

use futures_util::{StreamExt, stream};
use tokio::time::{Instant, sleep};

use super::api::Api;

/// Counts read at once.
const READS: usize = 16;
/// The time between two looks at the counts that are not right yet.
const POLL: Duration = Duration::from_secs(1);

/// A counter of the API.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Counter {
    Asset(String),
    User(String),
}

/// The views that a counter should hold. A play without an answer may be in it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Expected {
    /// Plays that were answered with 200.
    pub answered: u64,
    /// Plays that got no such answer, whatever was tried.
    pub unanswered: u64,
}

/// The views that each counter should hold.
#[derive(Debug, Default)]
pub struct Counts(BTreeMap<Counter, Expected>);

/// A counter that does not hold what it should.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub counter: Counter,
    pub expected: Expected,
    /// None if it could not be read.
    pub counted: Option<u64>,
}

impl Counter {
    fn path(&self) -> String {
        match self {
            Self::Asset(id) => format!("/events/asset/{id}"),
            Self::User(id) => format!("/events/user/{id}"),
        }
    }
}

impl Expected {
    fn admits(self, counted: Option<u64>) -> bool {
        let most = self.answered + self.unanswered;
        counted.is_some_and(|counted| (self.answered..=most).contains(&counted))
    }
}

impl Counts {
    pub(crate) fn add(&mut self, asset: &str, user: &str, answered: bool) {
        for counter in [Counter::Asset(asset.to_owned()), Counter::User(user.to_owned())] {
            let expected = self.0.entry(counter).or_default();
            if answered {
                expected.answered += 1;
            } else {
                expected.unanswered += 1;
            }
        }
    }

    #[must_use]
    pub fn counters(&self) -> usize {
        self.0.len()
    }

    /// Reads the counters until all are right or none has moved for `settle`. Calls `watch` with the number of those that
    /// are right. Returns those that are not.
    pub(crate) async fn compare(&self, api: &Api, settle: Duration, watch: impl Fn(usize)) -> Vec<Difference> {
        let (mut seen, mut latest) = (BTreeMap::new(), BTreeMap::new());
        let mut moved = Instant::now();
        loop {
            self.read(api, &mut seen).await;
            watch(self.0.len() - self.differences(&seen).len());
            if self.differences(&seen).is_empty() {
                // All at once, because some were right when others were not yet.
                seen.clear();
                self.read(api, &mut seen).await;
                if self.differences(&seen).is_empty() {
                    return Vec::new();
                }
            }
            let before = latest.clone();
            latest.extend(seen.clone());
            if latest != before {
                moved = Instant::now();
            } else if moved.elapsed() >= settle {
                return self.differences(&seen);
            }
            sleep(POLL).await;
        }
    }

    /// Reads the counters that are not right in `seen`.
    async fn read(&self, api: &Api, seen: &mut BTreeMap<Counter, u64>) {
        let wrong = self.differences(seen).into_iter().map(|difference| difference.counter);
        let read = stream::iter(wrong).map(|counter| async {
            let views = api.views(&counter.path()).await;
            (counter, views)
        });
        let read: Vec<_> = read.buffer_unordered(READS).collect().await;
        // One that can't be read now is read again in the next round.
        seen.extend(
            read.into_iter()
                .filter_map(|(counter, views)| Some((counter, views.ok()?))),
        );
    }

    fn differences(&self, seen: &BTreeMap<Counter, u64>) -> Vec<Difference> {
        let differences = self.0.iter().map(|(counter, &expected)| Difference {
            counter: counter.clone(),
            expected,
            counted: seen.get(counter).copied(),
        });
        differences
            .filter(|difference| !difference.expected.admits(difference.counted))
            .collect()
    }
}

impl fmt::Display for Counter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Asset(id) => write!(f, "asset {id}"),
            Self::User(id) => write!(f, "user {id}"),
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Expected { answered, unanswered } = self.expected;
        write!(f, "{}: {answered}", self.counter)?;
        if unanswered > 0 {
            write!(f, " to {}", answered + unanswered)?;
        }
        match self.counted {
            Some(counted) => write!(f, " expected, {counted} counted"),
            None => write!(f, " expected, and the count can't be read"),
        }
    }
}
