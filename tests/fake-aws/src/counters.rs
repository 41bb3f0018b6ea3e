//! View counters: as they should be, and as they are in the tables.

use std::collections::BTreeMap;

use crate::Engine;

/// Views by counter: `asset#<assetId>` or `user#<userId>`, the shards of an asset added up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counters(BTreeMap<String, u64>);

/// A counter that does not hold the views that were played.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// `asset#<assetId>` or `user#<userId>`.
    pub counter: String,
    pub played: u64,
    pub counted: u64,
}

impl Counters {
    /// Reads the counters in the reporting service's tables, behind the functions' backs.
    #[must_use]
    pub fn read(engine: &Engine) -> Self {
        let mut counters = Self::default();
        for (table, kind) in [("user-counters", "user"), ("asset-counters", "asset")] {
            for item in engine.items_of(table) {
                let name = format!("{kind}#{}", item["id"]["S"].as_str().unwrap());
                counters.add(&name, item["views"]["N"].as_str().unwrap().parse().unwrap());
            }
        }
        counters
    }

    /// Adds a view to its two counters.
    pub fn view(&mut self, asset: &str, user: &str) {
        self.add(&format!("asset#{asset}"), 1);
        self.add(&format!("user#{user}"), 1);
    }

    /// The number of views. Each is in two counters.
    #[must_use]
    pub fn views(&self) -> u64 {
        self.0.values().sum::<u64>() / 2
    }

    /// Compares these counters, as played, with the counted ones.
    #[must_use]
    pub fn differences(&self, counted: &Self) -> Vec<Difference> {
        let mut names: Vec<_> = self.0.keys().chain(counted.0.keys()).collect();
        names.sort();
        names.dedup();
        let differences = names.into_iter().map(|name| Difference {
            counter: name.clone(),
            played: self.get(name),
            counted: counted.get(name),
        });
        differences.filter(|found| found.played != found.counted).collect()
    }

    fn add(&mut self, counter: &str, views: u64) {
        *self.0.entry(counter.to_owned()).or_default() += views;
    }

    fn get(&self, counter: &str) -> u64 {
        self.0.get(counter).copied().unwrap_or_default()
    }
}
