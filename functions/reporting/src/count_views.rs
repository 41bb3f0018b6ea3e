//! The queue's trigger: counts a batch of view events, and answers which messages have to come again.

use std::collections::HashMap;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use common::{
    serve::causes,
    timestamp::Timestamp,
    view::{EventId, View},
};
use futures_util::{StreamExt, stream};
use serde::Deserialize;
use tokio::time::Instant;

use crate::{DeadLetters, Ledger, items::WINDOW};

/// Messages on their way to the dead-letter queue at once.
const PARKING: usize = 16;

/// What count-views is invoked with.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Work {
    /// One view, from a play that the queue did not take it from: an asynchronous invocation.
    View(View),
    /// A batch of the queue's messages.
    Batch(SqsEvent),
}

/// A view that could not be counted. Lambda invokes again, and parks it in the end.
#[derive(Debug, thiserror::Error)]
#[error("view {0} could not be counted")]
pub struct NotCounted(EventId);

/// Does the work until `deadline`. Each message that is in the answer comes again; all others are done.
///
/// # Errors
/// [`NotCounted`] when the work is one view: only an error makes Lambda try it again.
pub async fn count_views(
    ledger: &Ledger,
    dead_letters: &DeadLetters,
    work: Work,
    deadline: Instant,
) -> Result<SqsBatchResponse, NotCounted> {
    match work {
        Work::Batch(batch) => Ok(count_batch(ledger, dead_letters, batch, deadline).await),
        Work::View(view) => {
            let outcome = ledger.record(vec![view], deadline).await;
            outcome.emit(0);
            outcome
                .failed
                .first()
                .map_or_else(|| Ok(SqsBatchResponse::default()), |id| Err(NotCounted(*id)))
        }
    }
}

/// What a message of the queue holds.
enum Arrival {
    /// A view to count.
    View(View),
    /// Something that can never be counted, and why.
    Dead(String),
}

impl Arrival {
    /// Reads the body of a message that arrives `now`.
    fn read(body: &str, now: Timestamp) -> Self {
        match serde_json::from_str::<View>(body) {
            Ok(view) if view.played_at.plus(WINDOW) < now => {
                Self::Dead(format!("played at {}, before the window", String::from(view.played_at)))
            }
            Ok(view) => Self::View(view),
            Err(error) => Self::Dead(format!("not a view event: {error}")),
        }
    }
}

async fn count_batch(
    ledger: &Ledger,
    dead_letters: &DeadLetters,
    batch: SqsEvent,
    deadline: Instant,
) -> SqsBatchResponse {
    let (mut views, mut dead) = (Vec::new(), Vec::new());
    let mut messages: HashMap<EventId, Vec<String>> = HashMap::new();
    let now = Timestamp::now();
    for message in batch.records {
        match Arrival::read(message.body.as_deref().unwrap_or_default(), now) {
            Arrival::View(view) => {
                let id = message.message_id.unwrap_or_default();
                messages.entry(view.event_id).or_default().push(id);
                views.push(view);
            }
            Arrival::Dead(reason) => dead.push((message, reason)),
        }
    }
    let hopeless = dead.len();
    let (outcome, not_parked) = tokio::join!(ledger.record(views, deadline), park(dead_letters, dead));
    outcome.emit(hopeless - not_parked.len());
    let not_counted = outcome.failed.iter().filter_map(|id| messages.remove(id)).flatten();
    let mut response = SqsBatchResponse::default();
    response.set_failures(not_counted.chain(not_parked));
    response
}

/// Parks messages, and returns the ids of those that could not be.
async fn park(dead_letters: &DeadLetters, dead: Vec<(SqsMessage, String)>) -> Vec<String> {
    stream::iter(dead)
        .map(async |(message, reason)| {
            let id = message.message_id.unwrap_or_default();
            let body = message.body.unwrap_or_default();
            match dead_letters.park(&body, &reason).await {
                Ok(()) => {
                    tracing::warn!(messageId = id, reason, "message parked in the dead-letter queue");
                    None
                }
                Err(error) => {
                    tracing::error!(messageId = id, reason, cause = %causes(error.as_ref()), "message could not be parked");
                    Some(id)
                }
            }
        })
        .buffer_unordered(PARKING)
        .filter_map(std::future::ready)
        .collect()
        .await
}
