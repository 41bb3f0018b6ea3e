//! The ranking of assets by their views: per window the first hundred.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap},
};

use domain::{Day, Problem};
use platform::BoxError;
use serde::{Serialize, Serializer};

use crate::{
    days,
    schema::{self, Item},
};

/// The number of assets in a list.
pub(crate) const LENGTH: u32 = 100;

/// The time over which a list counts views: days in UTC with today, or all time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Window {
    Days(u32),
    AllTime,
}

impl Window {
    pub(crate) const ALL: [Self; 4] = [Self::Days(1), Self::WEEK, Self::Days(days::KEPT), Self::AllTime];
    pub(crate) const WEEK: Self = Self::Days(7);

    /// The value of the parameter `days` and the key of the list in its table.
    pub(crate) fn name(self) -> String {
        match self {
            Self::Days(number) => number.to_string(),
            Self::AllTime => "all".to_owned(),
        }
    }

    /// The views that a shard holds for this window.
    fn views(self, shard: &Item, today: Day) -> Result<u64, BoxError> {
        match self {
            Self::Days(number) => days::last(number, today).map(|day| schema::views_on(shard, day)).sum(),
            Self::AllTime => schema::views(shard),
        }
    }
}

impl TryFrom<String> for Window {
    type Error = Problem;

    fn try_from(text: String) -> Result<Self, Problem> {
        let named = Self::ALL.into_iter().find(|window| window.name() == text);
        named.ok_or_else(|| Problem("must be 1, 7, 30 or all".to_owned()))
    }
}

/// A number of days, or `"all"`.
impl Serialize for Window {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Days(number) => serializer.serialize_u32(*number),
            Self::AllTime => serializer.serialize_str(&self.name()),
        }
    }
}

/// The views of all assets in each window of [`Window::ALL`]. The shards of an asset come in any order, so all assets are
/// in memory: some 200 bytes each.
#[derive(Debug, Default)]
pub(crate) struct Ranking(HashMap<String, [u64; Window::ALL.len()]>);

impl Ranking {
    /// Adds a shard of an asset's counter.
    pub(crate) fn add(&mut self, asset: &str, shard: &Item, today: Day) -> Result<(), BoxError> {
        let views = Window::ALL.map(|window| window.views(shard, today));
        // The id is copied once per asset and not once per shard.
        if !self.0.contains_key(asset) {
            self.0.insert(asset.to_owned(), Default::default());
        }
        for (sum, views) in self.0.get_mut(asset).into_iter().flatten().zip(views) {
            *sum = sum.saturating_add(views?);
        }
        Ok(())
    }

    /// The number of assets.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The first assets of each window with their views, the most viewed first and equal ones by id. Assets without views
    /// in a window are not in its list.
    pub(crate) fn lists(&self) -> Vec<(Window, Vec<(String, u64)>)> {
        let list = |(index, window)| {
            (
                window,
                first(self.0.iter().map(|(id, views)| (id.as_str(), views[index]))),
            )
        };
        Window::ALL.into_iter().enumerate().map(list).collect()
    }
}

/// The first assets, found in one pass with a heap of as many.
fn first<'a>(assets: impl Iterator<Item = (&'a str, u64)>) -> Vec<(String, u64)> {
    let mut heap = BinaryHeap::new();
    for (id, views) in assets.filter(|(_, views)| *views > 0) {
        heap.push((Reverse(views), id));
        if heap.len() > LENGTH as usize {
            // The greatest is the least viewed one, and among equals the last by id.
            heap.pop();
        }
    }
    let sorted = heap.into_sorted_vec().into_iter();
    sorted.map(|(Reverse(views), id)| (id.to_owned(), views)).collect()
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::types::AttributeValue;

    use super::*;

    fn today() -> Day {
        "2026-11-25".to_owned().try_into().unwrap()
    }

    /// A shard with these views in all, and on the days so long ago.
    fn shard(views: u64, on: &[(u32, u64)]) -> Item {
        let number = |views: u64| AttributeValue::N(views.to_string());
        let on = on
            .iter()
            .map(|(back, views)| (days::attribute(today().minus(*back)), number(*views)));
        on.chain([(schema::VIEWS.to_owned(), number(views))]).collect()
    }

    fn lists(shards: &[(&str, Item)]) -> Vec<Vec<(String, u64)>> {
        let mut ranking = Ranking::default();
        for (asset, shard) in shards {
            ranking.add(asset, shard, today()).unwrap();
        }
        ranking.lists().into_iter().map(|(_, list)| list).collect()
    }

    fn list(assets: &[(&str, u64)]) -> Vec<(String, u64)> {
        assets.iter().map(|(id, views)| ((*id).to_owned(), *views)).collect()
    }

    #[test]
    fn sums_the_shards_of_an_asset_in_each_window() {
        let found = lists(&[
            ("a", shard(10, &[(0, 1), (6, 2), (7, 4)])),
            ("b", shard(9, &[(29, 5), (30, 100)])),
            ("a", shard(20, &[(0, 8)])),
        ]);
        let expected = [
            list(&[("a", 9)]),
            list(&[("a", 11)]),
            list(&[("a", 15), ("b", 5)]),
            list(&[("a", 30), ("b", 9)]),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn equal_assets_are_ordered_by_id_and_the_last_of_them_are_cut_off() {
        let assets: Vec<_> = (0..150).rev().map(|n| format!("a{n:03}")).collect();
        let mut shards: Vec<_> = assets.iter().map(|id| (id.as_str(), shard(5, &[]))).collect();
        shards.insert(70, ("z", shard(6, &[])));
        let found = lists(&shards).pop().unwrap();
        let ids: Vec<_> = found.iter().map(|(id, _)| id.clone()).collect();
        let expected: Vec<_> = ["z".to_owned()]
            .into_iter()
            .chain((0..99).map(|n| format!("a{n:03}")))
            .collect();
        assert_eq!(ids, expected);
    }

    #[test]
    fn a_counter_that_holds_no_number_is_not_ranked_as_something_else() {
        let mut broken = shard(1, &[]);
        broken.insert(days::attribute(today()), AttributeValue::S("many".to_owned()));
        assert!(Ranking::default().add("a", &broken, today()).is_err());
    }

    #[test]
    fn a_window_is_read_from_its_name_alone() {
        for window in Window::ALL {
            assert_eq!(Window::try_from(window.name()), Ok(window));
        }
        for bad in ["", "0", "2", "07", "ALL", "31"] {
            assert!(Window::try_from(bad.to_owned()).is_err(), "{bad}");
        }
    }
}
