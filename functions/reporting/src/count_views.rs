//! The queue's trigger: counts a batch of view events and answers which messages have to come again.

use std::{collections::HashMap, future::ready};

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use domain::{EventId, Timestamp, View};
use futures_util::{StreamExt, stream};
use platform::telemetry::{
    chain,
    metrics::{self, Metric},
};
use serde::Deserialize;
use tokio::{join, time::Instant};

use crate::{DeadLetters, Ledger, schema::WINDOW};

/// Messages on their way to the dead-letter queue at once.
const DEAD_LETTER_CONCURRENCY: usize = 16;

/// The input of count-views.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Input {
    /// A single view, invoked asynchronously by `play` because the queue rejected it.
    View(View),
    /// A batch of the queue's messages.
    Batch(SqsEvent),
}

/// A single view could not be counted. Lambda retries it and in the end sends it to the dead-letter queue.
#[derive(Debug, thiserror::Error)]
#[error("view {0} could not be counted")]
pub struct NotCounted(EventId);

/// Counts the views of `input` until `deadline`. The messages in the response come again, all others are done.
///
/// # Errors
/// [`NotCounted`] for a single view, because only an error makes Lambda retry it.
pub async fn count_views(
    ledger: &Ledger,
    dead_letters: &DeadLetters,
    input: Input,
    deadline: Instant,
) -> Result<SqsBatchResponse, NotCounted> {
    match input {
        Input::Batch(batch) => Ok(count_batch(ledger, dead_letters, batch, deadline).await),
        Input::View(view) => {
            let outcome = ledger.record(vec![view], deadline).await;
            metrics::emit(&outcome.metrics());
            let failed = outcome.failed.first();
            failed.map_or_else(|| Ok(SqsBatchResponse::default()), |id| Err(NotCounted(*id)))
        }
    }
}

/// The content of a message.
enum Message {
    View(View),
    /// A message that can never be counted, with the reason.
    Poison(String),
}

impl Message {
    /// Reads the body of a message that arrives `now`.
    fn read(body: &str, now: Timestamp) -> Self {
        match serde_json::from_str::<View>(body) {
            Ok(view) if view.played_at.plus(WINDOW) < now => {
                Self::Poison(format!("played at {}, before the window", String::from(view.played_at)))
            }
            Ok(view) => Self::View(view),
            Err(error) => Self::Poison(format!("not a view event: {error}")),
        }
    }
}

async fn count_batch(
    ledger: &Ledger,
    dead_letters: &DeadLetters,
    batch: SqsEvent,
    deadline: Instant,
) -> SqsBatchResponse {
    let (mut views, mut poison) = (Vec::new(), Vec::new());
    let mut messages: HashMap<EventId, Vec<String>> = HashMap::new();
    let now = Timestamp::now();
    for message in batch.records {
        match Message::read(message.body.as_deref().unwrap_or_default(), now) {
            Message::View(view) => {
                let id = message.message_id.unwrap_or_default();
                messages.entry(view.event_id).or_default().push(id);
                views.push(view);
            }
            Message::Poison(reason) => poison.push((message, reason)),
        }
    }
    let poisoned = poison.len();
    let (outcome, undelivered) = join!(ledger.record(views, deadline), dead_letter(dead_letters, poison));
    let dead_lettered = (Metric::DeadLettered, (poisoned - undelivered.len()) as u64);
    metrics::emit(&[outcome.metrics().as_slice(), &[dead_lettered]].concat());
    let not_counted = outcome.failed.iter().filter_map(|id| messages.remove(id)).flatten();
    let mut response = SqsBatchResponse::default();
    response.set_failures(not_counted.chain(undelivered));
    response
}

/// Sends poison messages to the dead-letter queue and returns the ids of those that it did not accept.
async fn dead_letter(dead_letters: &DeadLetters, poison: Vec<(SqsMessage, String)>) -> Vec<String> {
    stream::iter(poison)
        .map(async |(message, reason)| {
            let id = message.message_id.unwrap_or_default();
            let body = message.body.unwrap_or_default();
            match dead_letters.send(&body, &reason).await {
                Ok(()) => {
                    tracing::warn!(messageId = id, reason, "poison message sent to the dead-letter queue");
                    None
                }
                Err(error) => {
                    let cause = chain(error.as_ref());
                    tracing::error!(
                        messageId = id,
                        reason,
                        cause,
                        "the dead-letter queue did not accept a message"
                    );
                    Some(id)
                }
            }
        })
        .buffer_unordered(DEAD_LETTER_CONCURRENCY)
        .filter_map(ready)
        .collect()
        .await
}
