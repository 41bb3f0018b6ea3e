//! The audit: recomputes the counters from the markers and compares.
//!
//! It may run on a live table. The counters are read first and the markers after them, and each marker says when it was
//! counted. So each counter has a least and a most value that it may hold. The two are the same if nothing was counted
//! shortly before or during the audit.
//!
//! An asset's views per day are counters like the others. Only days that are kept are compared: updates remove the others.

mod bounds;
mod scan;

use std::{collections::BTreeMap, ops::RangeInclusive};

use aws_sdk_dynamodb::Client;
use domain::{Day, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    Tables, days,
    schema::{self, Item},
};
use bounds::Bounds;
use scan::{Scanner, text};
pub use scan::{Unread, Unreadable};

/// The counters at some time. An audit starts from them when the markers of older views have expired.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The times when reading began and ended, None for the empty snapshot from before the first view.
    taken: Option<(Timestamp, Timestamp)>,
    /// Views by counter: `asset#<assetId>`, `user#<userId>` or `day#<date>#<assetId>`.
    counters: BTreeMap<String, u64>,
}

/// A counter that contradicts its markers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// `asset#<assetId>`, `user#<userId>` or `day#<date>#<assetId>`.
    pub counter: String,
    pub holds: u64,
    pub should_hold: RangeInclusive<u64>,
}

/// The findings of an audit.
#[derive(Debug)]
pub struct Audit {
    /// The number of markers that were read.
    pub markers: u64,
    /// The counters as they are now. The next audit may start from here.
    pub now: Snapshot,
    pub differences: Vec<Difference>,
    /// Items that are neither markers nor counters. The audit leaves them out.
    pub unreadable: Unreadable,
}

/// Reads the three tables, the counters first, and changes nothing. Calls `progress` with each page's number of items.
///
/// # Errors
/// [`Unread`] when DynamoDB does not answer.
pub async fn audit(
    client: &Client,
    tables: &Tables,
    base: Snapshot,
    progress: impl Fn(usize),
) -> Result<Audit, Unread> {
    let mut scanner = Scanner::new(client, progress);
    let now = snapshot(&mut scanner, tables).await?;
    let bounds = Bounds::new(base.taken, now.taken);
    let mut markers = 0;
    let mut least = base.counters.clone();
    let mut most = base.counters;
    let add = |counters: &mut BTreeMap<_, _>, name, views| add(counters, name, u64::from(views));
    let visit = |item: &Item| {
        let marker = Marker::read(item)?;
        markers += 1;
        for counter in marker.counters {
            // At the edges a view may have been counted before or after its counters were read.
            add(&mut least, counter.clone(), bounds.surely(marker.counted_at));
            add(&mut most, counter, bounds.perhaps(marker.counted_at));
        }
        Ok(())
    };
    scanner.scan(&tables.markers, visit).await?;
    let mut differences = differences(&now.counters, &least, &most);
    // Days that are over when the last counter is read may have been removed by then.
    differences.retain(|found| is_kept(&found.counter, now.taken));
    Ok(Audit {
        markers,
        now,
        differences,
        unreadable: scanner.unreadable,
    })
}

/// Reads all counters.
async fn snapshot(scanner: &mut Scanner<'_, impl Fn(usize)>, tables: &Tables) -> Result<Snapshot, Unread> {
    let start = Timestamp::now();
    let mut counters = BTreeMap::new();
    for (table, kind) in [(&tables.user_counters, "user"), (&tables.asset_counters, "asset")] {
        let visit = |item: &Item| {
            let name = format!("{kind}#{}", text(item, schema::ID)?);
            let views = schema::views(item).map_err(|_| format!("{} is not a count", schema::VIEWS))?;
            add(&mut counters, name, views);
            for (day, views) in schema::views_by_day(item).map_err(|_| "a day is not a count")? {
                add(&mut counters, day_counter(day, text(item, schema::ID)?), views);
            }
            Ok(())
        };
        scanner.scan(table, visit).await?;
    }
    Ok(Snapshot {
        taken: Some((start, Timestamp::now())),
        counters,
    })
}

fn day_counter(day: Day, asset: &str) -> String {
    format!("day#{day}#{asset}")
}

/// Whether a counter is compared: all are but those of days that are not kept.
fn is_kept(counter: &str, taken: Option<(Timestamp, Timestamp)>) -> bool {
    let date = counter.strip_prefix("day#").and_then(|rest| rest.split('#').next());
    let day = date.and_then(|date| Day::try_from(date.to_owned()).ok());
    // A clock that is ahead removes a day early.
    let today = |(_, end): (Timestamp, Timestamp)| Day::from(end.plus(bounds::CLOCK_SKEW));
    day.zip(taken.map(today))
        .is_none_or(|(day, today)| days::is_kept(day, today))
}

/// Adds views to a counter. A damaged one may hold any number, so the sum saturates.
fn add(counters: &mut BTreeMap<String, u64>, name: String, views: u64) {
    let counter = counters.entry(name).or_default();
    *counter = counter.saturating_add(views);
}

fn differences(
    holds: &BTreeMap<String, u64>,
    least: &BTreeMap<String, u64>,
    most: &BTreeMap<String, u64>,
) -> Vec<Difference> {
    let of = |counters: &BTreeMap<String, u64>, name: &String| counters.get(name).copied().unwrap_or(0);
    let mut names: Vec<_> = holds.keys().chain(most.keys()).collect();
    names.sort();
    names.dedup();
    let compare = |name: &String| {
        let (holds, should_hold) = (of(holds, name), of(least, name)..=of(most, name));
        (!should_hold.contains(&holds)).then(|| Difference {
            counter: name.clone(),
            holds,
            should_hold,
        })
    };
    names.into_iter().filter_map(compare).collect()
}

/// The counters that a marker's view moved.
struct Marker {
    counters: [String; 3],
    counted_at: Timestamp,
}

impl Marker {
    fn read(item: &Item) -> Result<Self, String> {
        let asset = text(item, schema::ASSET_ID)?;
        let user = text(item, schema::USER_ID)?;
        let day = Day::from(time(item, schema::PLAYED_AT)?);
        Ok(Self {
            counters: [
                format!("asset#{asset}"),
                format!("user#{user}"),
                day_counter(day, asset),
            ],
            counted_at: time(item, schema::COUNTED_AT)?,
        })
    }
}

fn time(item: &Item, name: &str) -> Result<Timestamp, String> {
    let time = text(item, name)?.to_owned();
    time.try_into().map_err(|_| format!("{name} is not a time"))
}
