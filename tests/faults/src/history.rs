//! What was played, to be compared with what is counted.

use std::collections::BTreeMap;

/// A counter that does not hold what was played.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// `asset#<assetId>` or `user#<userId>`.
    pub counter: String,
    /// Views played.
    pub played: u64,
    /// Views counted.
    pub counted: u64,
}

/// Views by counter, as the viewers saw it.
#[derive(Debug, Default)]
pub(crate) struct History {
    counters: BTreeMap<String, u64>,
    pub(crate) events: u64,
    pub(crate) duplicates: u64,
    /// Messages reported as failed by an invocation that had counted their views.
    pub(crate) needless: u64,
    /// Messages sent that can never be counted.
    pub(crate) hopeless: Vec<String>,
}

impl History {
    /// A view that the viewer was told of.
    pub(crate) fn played(&mut self, asset: &str, user: &str) {
        self.events += 1;
        for counter in [format!("asset#{asset}"), format!("user#{user}")] {
            *self.counters.entry(counter).or_default() += 1;
        }
    }

    /// Compares with the counters in the table.
    pub(crate) fn differences(&self, counted: &BTreeMap<String, u64>) -> Vec<Difference> {
        let mut names: Vec<_> = self.counters.keys().chain(counted.keys()).collect();
        names.sort();
        names.dedup();
        let of = |counters: &BTreeMap<String, u64>, name: &String| counters.get(name).copied().unwrap_or(0);
        let difference = |name: &String| Difference {
            counter: name.clone(),
            played: of(&self.counters, name),
            counted: of(counted, name),
        };
        names
            .into_iter()
            .map(difference)
            .filter(|d| d.played != d.counted)
            .collect()
    }
}
