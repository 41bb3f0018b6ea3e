//! The audit: recomputes the counters from the markers and compares.
//!
//! It may run on a live table. The counters are read first and the markers after them, and each marker says when it was
//! counted. So each counter has a least and a most value that it may hold. The two are the same if nothing was counted
//! shortly before or during the audit.
//!
//! An asset's views per day are counters like the others. Only days that are kept are compared: updates remove the others.
//!
//! A user who was forgotten has a tombstone. The markers that were counted before it are not in the user's counter.

mod bounds;
mod repair;
mod scan;

use std::{collections::BTreeMap, ops::RangeInclusive};

use aws_sdk_dynamodb::Client;
use domain::{Day, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    Tables, days,
    schema::{self, Item},
};
use bounds::{Bounds, Taken};
pub use repair::{Refused, Repair};
use scan::{Scanner, text};
pub use scan::{Unread, Unreadable};

/// The counters at some time. An audit starts from them when the markers of older views have expired.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The times when reading began and ended, None for the empty snapshot from before the first view.
    taken: Taken,
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
    /// When the counters that it started from were read.
    since: Taken,
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
    let since = base.taken;
    let now = snapshot(&mut scanner, tables).await?;
    // After the counters and before the markers: a deletion that this misses came after the counters were read.
    let forgotten = forgotten(&mut scanner, tables).await?;
    let bounds = Bounds::new(since, now.taken);
    let mut markers = 0;
    let (mut least, mut most) = (base.counters.clone(), base.counters);
    least.retain(|user, _| !is_forgotten(&forgotten, user, |time| bounds.perhaps_deletes_base(time)));
    most.retain(|user, _| !is_forgotten(&forgotten, user, |time| bounds.surely_deletes_base(time)));
    let visit = |item: &Item| {
        let Marker { counters, counted_at } = Marker::read(item)?;
        markers += 1;
        for counter in counters {
            // At the edges a view may have been counted before or after its counters were read.
            let (surely, perhaps) = forgotten.get(&counter).map_or_else(
                || (bounds.surely(counted_at), bounds.perhaps(counted_at)),
                |time| {
                    (
                        bounds.surely_after(*time, counted_at),
                        bounds.perhaps_after(*time, counted_at),
                    )
                },
            );
            add(&mut least, counter.clone(), u64::from(surely));
            add(&mut most, counter, u64::from(perhaps));
        }
        Ok(())
    };
    scanner.scan(&tables.markers, Some(Marker::ONLY), visit).await?;
    let mut differences = differences(&now.counters, &least, &most);
    // Days that are over when the last counter is read may have been removed by then.
    differences.retain(|found| is_kept(&found.counter, now.taken));
    Ok(Audit {
        markers,
        now,
        differences,
        unreadable: scanner.unreadable,
        since,
    })
}

/// The times at which users were forgotten, by the names of their counters.
type Forgotten = BTreeMap<String, Timestamp>;

/// Reads all tombstones.
async fn forgotten(scanner: &mut Scanner<'_, impl Fn(usize)>, tables: &Tables) -> Result<Forgotten, Unread> {
    let mut forgotten = BTreeMap::new();
    let visit = |item: &Item| {
        let Tombstone { counter, time } = Tombstone::read(item)?;
        forgotten.insert(counter, time);
        Ok(())
    };
    scanner.scan(&tables.markers, Some(Tombstone::ONLY), visit).await?;
    Ok(forgotten)
}

fn is_forgotten(forgotten: &Forgotten, counter: &str, when: impl Fn(Timestamp) -> bool) -> bool {
    forgotten.get(counter).is_some_and(|time| when(*time))
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
        scanner.scan(table, None, visit).await?;
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
fn is_kept(counter: &str, taken: Taken) -> bool {
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
    /// The filter for whatever is not a tombstone.
    const ONLY: &str = "attribute_not_exists(forgottenAt)";

    fn read(item: &Item) -> Result<Self, String> {
        let asset = text(item, schema::ASSET_ID)?;
        let user = text(item, schema::USER_ID)?;
        let day = Day::from(time(item, schema::PLAYED_AT)?);
        Ok(Self {
            counters: [asset_counter(asset), user_counter(user), day_counter(day, asset)],
            counted_at: time(item, schema::COUNTED_AT)?,
        })
    }
}

/// The last deletion of a user's counter.
struct Tombstone {
    counter: String,
    time: Timestamp,
}

impl Tombstone {
    /// The filter for tombstones among markers.
    const ONLY: &str = "attribute_exists(forgottenAt)";

    fn read(item: &Item) -> Result<Self, String> {
        Ok(Self {
            counter: user_counter(text(item, schema::USER_ID)?),
            time: time(item, schema::FORGOTTEN_AT)?,
        })
    }
}

fn asset_counter(id: &str) -> String {
    format!("asset#{id}")
}

fn user_counter(id: &str) -> String {
    format!("user#{id}")
}

fn time(item: &Item, name: &str) -> Result<Timestamp, String> {
    let time = text(item, name)?.to_owned();
    time.try_into().map_err(|_| format!("{name} is not a time"))
}
