//! View counters: as they should be, and as they are in the tables.

use std::collections::{BTreeMap, BTreeSet};

use crate::Engine;

/// Views by counter: `asset#<assetId>`, `user#<userId>` or `day#<date>#<assetId>`, the shards of an asset added up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counters(BTreeMap<String, u64>);

/// A counter that does not hold the views that were played.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// `asset#<assetId>`, `user#<userId>` or `day#<date>#<assetId>`.
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

    /// Reads the views per day in the assets' counters.
    #[must_use]
    pub fn read_days(engine: &Engine) -> Self {
        let mut counters = Self::default();
        for item in engine.items_of("asset-counters") {
            let is_day = |name: &str| name.len() == 6 && name.bytes().all(|byte| byte.is_ascii_digit());
            for (name, views) in item.as_object().unwrap().iter().filter(|(name, _)| is_day(name)) {
                let date = format!("20{}-{}-{}", &name[..2], &name[2..4], &name[4..]);
                let counter = day_counter(&date, item["id"]["S"].as_str().unwrap());
                counters.add(&counter, views["N"].as_str().unwrap().parse().unwrap());
            }
        }
        counters
    }

    /// The views per day as they should be: by the times of play in the markers.
    #[must_use]
    pub fn days_of_markers(engine: &Engine) -> Self {
        let mut counters = Self::default();
        for marker in engine.items_of("markers") {
            // A marker without a play marks something else than a view.
            if let Some(played_at) = marker["playedAt"]["S"].as_str() {
                counters.add(
                    &day_counter(&played_at[..10], marker["assetId"]["S"].as_str().unwrap()),
                    1,
                );
            }
        }
        counters
    }

    /// Adds a view to its two counters.
    pub fn view(&mut self, asset: &str, user: &str) {
        self.add(&format!("asset#{asset}"), 1);
        self.add(&format!("user#{user}"), 1);
    }

    /// Takes the views away that a deletion of a user's counter took away.
    pub fn forget(&mut self, user: &str, views: u64) {
        if let Some(counter) = self.0.get_mut(&format!("user#{user}")) {
            *counter = counter.saturating_sub(views);
        }
    }

    /// The number of views. Each is in two counters.
    #[must_use]
    pub fn views(&self) -> u64 {
        self.0.values().sum::<u64>() / 2
    }

    /// The number of days on which some asset was watched.
    #[must_use]
    pub fn days(&self) -> usize {
        let dates: BTreeSet<_> = self.0.keys().filter_map(|name| name.split('#').nth(1)).collect();
        dates.len()
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

fn day_counter(date: &str, asset: &str) -> String {
    format!("day#{date}#{asset}")
}
