//! The audit: recomputes the counters from the markers and compares.
//!
//! It may run on a live table. The counters are read first and the markers after them, and each marker says when it was
//! counted. So each counter has a least and a most value that it may hold. The two are the same if nothing was counted
//! shortly before or during the audit.

use std::{collections::BTreeMap, ops::RangeInclusive, time::Duration};

use aws_sdk_dynamodb::Client;
use domain::Timestamp;
use platform::BoxError;
use serde::{Deserialize, Serialize};

use crate::{
    Tables,
    schema::{self, Item},
};

/// The most that the clocks of the functions and of the auditor may differ.
const CLOCK_SKEW: Duration = Duration::from_mins(1);

/// The counters at some time. An audit starts from them when the markers of older views have expired.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The times when reading began and ended, None for the empty snapshot from before the first view.
    taken: Option<(Timestamp, Timestamp)>,
    /// Views by counter: `asset#<assetId>` or `user#<userId>`.
    counters: BTreeMap<String, u64>,
}

/// A counter that contradicts its markers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// `asset#<assetId>` or `user#<userId>`.
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
}

/// Reads the three tables, the counters first, and changes nothing. Calls `progress` with each page's number of items.
///
/// # Errors
/// When DynamoDB does not answer or an item does not have this table's schema.
pub async fn audit(
    client: &Client,
    tables: &Tables,
    base: Snapshot,
    progress: impl Fn(usize),
) -> Result<Audit, BoxError> {
    let now = snapshot(client, tables, &progress).await?;
    let bounds = Bounds::new(&base, &now);
    let mut markers = 0;
    let mut least = base.counters.clone();
    let mut most = base.counters;
    scan(client, &tables.markers, &progress, |item| {
        let marker = Marker::read(item)?;
        markers += 1;
        for counter in marker.counters {
            // At the edges a view may have been counted before or after its counters were read.
            *least.entry(counter.clone()).or_default() += u64::from(bounds.surely(marker.counted_at));
            *most.entry(counter).or_default() += u64::from(bounds.perhaps(marker.counted_at));
        }
        Ok(())
    })
    .await?;
    let differences = differences(&now.counters, &least, &most);
    Ok(Audit {
        markers,
        now,
        differences,
    })
}

/// Reads all counters.
async fn snapshot(client: &Client, tables: &Tables, progress: &impl Fn(usize)) -> Result<Snapshot, BoxError> {
    let start = Timestamp::now();
    let mut counters = BTreeMap::new();
    for (table, kind) in [(&tables.user_counters, "user"), (&tables.asset_counters, "asset")] {
        scan(client, table, progress, |item| {
            let name = format!("{kind}#{}", text(item, schema::ID)?);
            *counters.entry(name).or_default() += schema::views(item)?;
            Ok(())
        })
        .await?;
    }
    Ok(Snapshot {
        taken: Some((start, Timestamp::now())),
        counters,
    })
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

/// The times between which a marker's view surely or perhaps moved the counters that were read.
struct Bounds {
    surely: (Option<Timestamp>, Option<Timestamp>),
    perhaps: (Option<Timestamp>, Option<Timestamp>),
}

impl Bounds {
    fn new(base: &Snapshot, now: &Snapshot) -> Self {
        let later = |time: Timestamp| time.plus(CLOCK_SKEW);
        let earlier = |time: Timestamp| time.minus(CLOCK_SKEW);
        Self {
            surely: (
                base.taken.map(|taken| later(taken.1)),
                now.taken.map(|taken| earlier(taken.0)),
            ),
            perhaps: (
                base.taken.map(|taken| earlier(taken.0)),
                now.taken.map(|taken| later(taken.1)),
            ),
        }
    }

    fn surely(&self, time: Timestamp) -> bool {
        between(self.surely, time)
    }

    fn perhaps(&self, time: Timestamp) -> bool {
        between(self.perhaps, time)
    }
}

fn between((from, to): (Option<Timestamp>, Option<Timestamp>), time: Timestamp) -> bool {
    from.is_none_or(|from| time > from) && to.is_none_or(|to| time <= to)
}

/// The counters that a marker's view moved.
struct Marker {
    counters: [String; 2],
    counted_at: Timestamp,
}

impl Marker {
    fn read(item: &Item) -> Result<Self, BoxError> {
        let asset = text(item, schema::ASSET_ID)?;
        let user = text(item, schema::USER_ID)?;
        let counted_at = text(item, schema::COUNTED_AT)?.to_owned();
        Ok(Self {
            counters: [format!("asset#{asset}"), format!("user#{user}")],
            counted_at: counted_at.try_into()?,
        })
    }
}

fn text<'a>(item: &'a Item, name: &str) -> Result<&'a str, BoxError> {
    let value = item.get(name).and_then(|value| value.as_s().ok());
    let value = value.map(String::as_str);
    value.ok_or_else(|| format!("an item has no {name}: {item:?}").into())
}

/// Reads every item of the table, with consistent reads.
async fn scan(
    client: &Client,
    table: &str,
    progress: &impl Fn(usize),
    mut visit: impl FnMut(&Item) -> Result<(), BoxError>,
) -> Result<(), BoxError> {
    let mut from: Option<Item> = None;
    loop {
        let request = client.scan().table_name(table).consistent_read(true);
        let page = request.set_exclusive_start_key(from).send().await?;
        page.items().iter().try_for_each(&mut visit)?;
        progress(page.items().len());
        from = page.last_evaluated_key;
        if from.is_none() {
            return Ok(());
        }
    }
}
