//! The audit: recomputes the counters from the markers, and compares.
//!
//! It may run on a live table. The counters are read first, the markers after them, and each marker says when it was
//! counted; so for each counter there is a least and a most that it may hold. Where nothing was counted shortly before
//! or during the audit, the two are the same.

use std::{collections::BTreeMap, ops::RangeInclusive, time::Duration};

use aws_sdk_dynamodb::Client;
use common::{Error, timestamp::Timestamp};
use serde::{Deserialize, Serialize};

use crate::items::{self, Key};

/// How far the clocks of the functions and of the auditor may be apart.
const CLOCK_SKEW: Duration = Duration::from_mins(1);

/// The counters at some time: what an audit starts from when the markers of older views have expired.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// When reading began and ended; None for the empty snapshot, from before the first view.
    taken: Option<(Timestamp, Timestamp)>,
    /// Views by counter: `asset#<assetId>` or `user#<userId>`.
    counters: BTreeMap<String, u64>,
}

/// A counter that does not hold what its markers say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// `asset#<assetId>` or `user#<userId>`.
    pub counter: String,
    /// What it holds.
    pub holds: u64,
    /// The least and the most that it should hold.
    pub should_hold: RangeInclusive<u64>,
}

/// What an audit found.
#[derive(Debug)]
pub struct Audit {
    /// Markers that were looked at.
    pub markers: u64,
    /// The counters as they are now: the next audit may start from here.
    pub now: Snapshot,
    /// Counters that are wrong.
    pub differences: Vec<Difference>,
}

/// Reads the whole of `table`, twice, and changes nothing. Calls `progress` with each page's number of items.
///
/// # Errors
/// [`Error::Unavailable`] when DynamoDB does not answer, or an item is not of this table's form.
pub async fn audit(client: &Client, table: &str, base: Snapshot, progress: impl Fn(usize)) -> Result<Audit, Error> {
    let now = snapshot(client, table, &progress).await?;
    let bounds = Bounds::new(&base, &now);
    let mut markers = 0;
    let mut least = base.counters.clone();
    let mut most = base.counters;
    scan(client, table, &progress, |item| {
        let Some(marker) = Marker::read(item)? else {
            return Ok(());
        };
        markers += 1;
        for counter in marker.counters {
            // A marker says when its view was counted; at the edges it may be before or after the counters were read.
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
async fn snapshot(client: &Client, table: &str, progress: &impl Fn(usize)) -> Result<Snapshot, Error> {
    let start = Timestamp::now();
    let mut counters = BTreeMap::new();
    scan(client, table, progress, |item| {
        let pk = text(item, items::PK)?;
        if !pk.starts_with(items::MARKER_PREFIX) {
            *counters.entry(pk.to_owned()).or_default() += items::views(item)?;
        }
        Ok(())
    })
    .await?;
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

/// The times between which a marker counts.
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

/// What a marker says of the counters that it moved.
struct Marker {
    counters: [String; 2],
    counted_at: Timestamp,
}

impl Marker {
    /// None for an item that is no marker.
    fn read(item: &Key) -> Result<Option<Self>, Error> {
        if !text(item, items::PK)?.starts_with(items::MARKER_PREFIX) {
            return Ok(None);
        }
        let asset = text(item, items::ASSET_ID)?.parse().map_err(Error::unavailable)?;
        let user = text(item, items::USER_ID)?.parse().map_err(Error::unavailable)?;
        let counted_at = text(item, items::COUNTED_AT)?.to_owned();
        Ok(Some(Self {
            counters: [items::asset_pk(&asset), items::user_pk(&user)],
            counted_at: counted_at
                .try_into()
                .map_err(|error: String| Error::unavailable(error))?,
        }))
    }
}

fn text<'a>(item: &'a Key, name: &str) -> Result<&'a str, Error> {
    let value = item.get(name).and_then(|value| value.as_s().ok());
    value
        .map(String::as_str)
        .ok_or_else(|| Error::unavailable(format!("an item has no {name}: {item:?}")))
}

/// Reads every item of the table, as of its last finished write.
async fn scan(
    client: &Client,
    table: &str,
    progress: &impl Fn(usize),
    mut visit: impl FnMut(&Key) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut from: Option<Key> = None;
    loop {
        let request = client.scan().table_name(table).consistent_read(true);
        let page = request
            .set_exclusive_start_key(from)
            .send()
            .await
            .map_err(Error::unavailable)?;
        page.items().iter().try_for_each(&mut visit)?;
        progress(page.items().len());
        from = page.last_evaluated_key;
        if from.is_none() {
            return Ok(());
        }
    }
}
