//! The ledger: writes each view with the counters that it moves. A counter moves if and only if the marker is written.

use std::{ops::AddAssign, slice};

use aws_sdk_dynamodb::Client;
use domain::{EventId, Timestamp, View};
use futures_util::{StreamExt, stream};
use platform::telemetry::{chain, metrics::Metric};
use tokio::time::{Instant, timeout_at};

use crate::{
    Tables,
    backoff::Backoff,
    budget::LOOK_UP,
    chunk, markers,
    transaction::{self, Verdict},
};

/// Concurrent transactions.
const CONCURRENCY: usize = 8;

/// Writes views and moves their counters.
#[derive(Debug, Clone)]
pub struct Ledger {
    client: Client,
    tables: Tables,
    shards: u32,
}

/// The fate of a set of views.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The number of views that are counted now.
    pub counted: usize,
    /// The time of the oldest play among them.
    pub oldest: Option<Timestamp>,
    /// The number of views that had been counted before.
    pub duplicates: usize,
    /// The views that could not be counted in time. A later retry is safe.
    pub failed: Vec<EventId>,
}

impl Outcome {
    pub(crate) fn metrics(&self) -> [(Metric, u64); 4] {
        let age = self
            .oldest
            .map_or(0, |oldest| Timestamp::now().as_millis() - oldest.as_millis());
        [
            (Metric::ViewsCounted, self.counted as u64),
            (Metric::Duplicates, self.duplicates as u64),
            (Metric::ViewsFailed, self.failed.len() as u64),
            (Metric::AgeAtCounting, u64::try_from(age).unwrap_or_default()),
        ]
    }
}

impl AddAssign for Outcome {
    fn add_assign(&mut self, other: Self) {
        self.counted += other.counted;
        self.oldest = [self.oldest, other.oldest].into_iter().flatten().min();
        self.duplicates += other.duplicates;
        self.failed.extend(other.failed);
    }
}

impl Ledger {
    /// A ledger in `tables` that spreads an asset's counter over `shards` items, at least one.
    #[must_use]
    pub fn new(client: Client, tables: Tables, shards: u32) -> Self {
        Self {
            client,
            tables,
            shards: shards.max(1),
        }
    }

    /// Counts each of `views` once, however often it comes. Views that are not counted by `deadline` have failed.
    pub async fn record(&self, mut views: Vec<View>, deadline: Instant) -> Outcome {
        let given = views.len();
        views.sort_by_key(|view| view.event_id);
        views.dedup_by_key(|view| view.event_id);
        // Anyone can repeat a derived id, and one that was counted before cancels its whole chunk.
        let (derived, unique) = views.into_iter().partition(|view| view.event_id.is_derived());
        let derived = self.not_counted(derived, deadline).await;
        let chunks: Vec<_> = [unique, derived].into_iter().flat_map(chunk::split).collect();
        let mut outcome = Outcome {
            duplicates: given - chunks.iter().map(Vec::len).sum::<usize>(),
            ..Outcome::default()
        };
        // Each chunk of a batch starts on another shard, so that the chunks do not conflict.
        let first_shard = self.any_shard();
        let mut commits = stream::iter(chunks)
            .zip(stream::iter((0..self.shards).cycle()))
            .map(|(chunk, n)| self.commit(chunk, (first_shard + n) % self.shards, deadline))
            .buffer_unordered(CONCURRENCY);
        while let Some(of_chunk) = commits.next().await {
            outcome += of_chunk;
        }
        outcome
    }

    /// Leaves out the views whose markers are there already, if this can be known in time.
    async fn not_counted(&self, mut views: Vec<View>, deadline: Instant) -> Vec<View> {
        // A single view can't cancel another one's transaction.
        if views.len() > 1 {
            let markers = markers::existing(&self.client, &self.tables.markers, &views);
            let end = deadline.min(Instant::now() + LOOK_UP);
            let existing = timeout_at(end, markers).await.unwrap_or_default();
            views.retain(|view| {
                let counted = existing.contains(&view.event_id.to_string());
                if counted {
                    log_each(slice::from_ref(view), "counted before");
                }
                !counted
            });
        }
        views
    }

    /// Counts the views of one chunk, with retries until each is counted or the time is over.
    async fn commit(&self, mut views: Vec<View>, mut shard: u32, deadline: Instant) -> Outcome {
        let mut outcome = Outcome::default();
        let mut backoff = Backoff::new();
        while !views.is_empty() {
            match self.write(&views, shard, deadline).await {
                Verdict::Committed => {
                    log_each(&views, "counted");
                    outcome.counted += views.len();
                    outcome.oldest = views.iter().map(|view| view.played_at).min();
                    views.clear();
                }
                Verdict::ConditionsFailed(indexes) => {
                    outcome.duplicates += indexes.len();
                    for index in indexes.into_iter().rev() {
                        log_each(&[views.remove(index)], "counted before");
                    }
                }
                Verdict::Retry(cause) => {
                    if !backoff.wait(deadline).await {
                        tracing::error!(views = views.len(), cause = %chain(cause.as_ref()), "views not counted in time");
                        outcome.failed.extend(views.drain(..).map(|view| view.event_id));
                        break;
                    }
                    shard = self.any_shard();
                }
                // One of them may be at fault, and the others must not wait for it for ever.
                Verdict::Reject(_) if views.len() > 1 => {
                    for view in views.drain(..) {
                        outcome += Box::pin(self.commit(vec![view], shard, deadline)).await;
                    }
                }
                Verdict::Reject(cause) | Verdict::Misconfigured(cause) => {
                    tracing::error!(views = views.len(), cause = %chain(cause.as_ref()), "views rejected by DynamoDB");
                    outcome.failed.extend(views.drain(..).map(|view| view.event_id));
                }
            }
        }
        outcome
    }

    async fn write(&self, views: &[View], shard: u32, deadline: Instant) -> Verdict {
        let written = transaction::write(&self.client, &self.tables, views, shard);
        timeout_at(deadline, written)
            .await
            .unwrap_or_else(|elapsed| Verdict::Retry(elapsed.into()))
    }

    fn any_shard(&self) -> u32 {
        fastrand::u32(0..self.shards)
    }
}

/// Logs the fate of each view so that a request can be traced this far. DEBUG only: one line per view is too expensive
/// at INFO.
fn log_each(views: &[View], fate: &str) {
    for view in views {
        let id = view.correlation_id.as_ref().map(tracing::field::display);
        tracing::debug!(correlationId = id, eventId = %view.event_id, fate, "view");
    }
}
