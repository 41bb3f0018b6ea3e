//! Counts a batch of view events and answers which messages have to come again.

use std::collections::HashMap;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use domain::{EventId, Timestamp, View};
use platform::{
    BoxError,
    telemetry::{
        chain,
        metrics::{self, Metric},
    },
};
use serde::{
    Deserialize, Deserializer,
    de::{Error as _, IgnoredAny},
};
use serde_json::value::RawValue;

use crate::{Budget, EventsQueue, Ledger, PoisonQueue, message::Message, poison_queue::Poison};

/// Dependencies of the count-views handler.
#[derive(Debug)]
pub struct CountViews {
    pub ledger: Ledger,
    pub events: EventsQueue,
    pub poison: PoisonQueue,
}

/// The input of count-views.
#[derive(Debug)]
pub enum Input {
    /// A batch of the queue's messages.
    Batch(SqsEvent),
    /// A single event, invoked asynchronously by `play` because the queue rejected it.
    Event(String),
}

impl<'de> Deserialize<'de> for Input {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let payload = Box::<RawValue>::deserialize(deserializer)?;
        match serde_json::from_str(payload.get()) {
            Ok(batch) => Ok(Self::Batch(batch)),
            Err(error) if is_batch(payload.get()) => Err(D::Error::custom(error)),
            Err(_) => Ok(Self::Event(payload.get().to_owned())),
        }
    }
}

/// Whether a payload is meant as a batch. One that can't be read must fail, or its messages would be deleted.
fn is_batch(payload: &str) -> bool {
    #[derive(Deserialize)]
    struct Batch {
        #[serde(rename = "Records")]
        _records: IgnoredAny,
    }
    serde_json::from_str::<Batch>(payload).is_ok()
}

/// An invocation failed. Lambda repeats it, and for a batch it slows the queue's trigger down as well.
#[derive(Debug, thiserror::Error)]
pub enum NotCounted {
    #[error("none of {0} views could be counted")]
    Batch(usize),
    #[error("an event could neither be counted nor sent to a queue")]
    Event(#[source] BoxError),
}

impl CountViews {
    /// Counts the views of `input` within `budget`. The messages in the response come again, all others are done.
    ///
    /// # Errors
    /// [`NotCounted`] when a batch holds views and none could be counted, or when a single event could neither be counted
    /// nor sent to a queue.
    pub async fn handle(&self, input: Input, budget: Budget) -> Result<SqsBatchResponse, NotCounted> {
        match input {
            Input::Batch(batch) => self.count_batch(batch, budget).await,
            Input::Event(event) => self.count_event(event, budget).await,
        }
    }

    async fn count_batch(&self, batch: SqsEvent, budget: Budget) -> Result<SqsBatchResponse, NotCounted> {
        let Sorted {
            views,
            mut messages,
            poison,
        } = Sorted::from(batch);
        let given = messages.len();
        let outcome = self.ledger.record(views, budget.counting).await;
        // If every view failed, the whole batch comes again. Poison sent now would be sent again with each retry.
        if given > 0 && outcome.failed.len() == given {
            metrics::emit(&outcome.metrics());
            return Err(NotCounted::Batch(given));
        }
        let poisoned = poison.len();
        let undelivered = self.poison.send(poison, budget.sending).await;
        let sent = (Metric::PoisonMessages, (poisoned - undelivered.len()) as u64);
        metrics::emit(&[outcome.metrics().as_slice(), &[sent]].concat());
        let not_counted = outcome.failed.iter().filter_map(|id| messages.remove(id)).flatten();
        let mut response = SqsBatchResponse::default();
        response.set_failures(not_counted.chain(undelivered));
        Ok(response)
    }

    async fn count_event(&self, event: String, budget: Budget) -> Result<SqsBatchResponse, NotCounted> {
        match Message::read(&event, Timestamp::now()) {
            Message::View(view) => {
                let outcome = self.ledger.record(vec![view], budget.counting).await;
                metrics::emit(&outcome.metrics());
                if !outcome.failed.is_empty() {
                    let sent = self.events.send(&event, budget.sending).await;
                    // Should Lambda lose it as well, the log has it whole, as play's has a view that nothing took.
                    sent.map_err(|cause| {
                        tracing::error!(event, cause = %chain(cause.as_ref()), "view neither counted nor queued");
                        NotCounted::Event(cause)
                    })?;
                }
            }
            Message::Poison(reason) => {
                let poison = Poison {
                    message_id: String::new(),
                    body: event,
                    reason,
                };
                if !self.poison.send(vec![poison], budget.sending).await.is_empty() {
                    return Err(NotCounted::Event("the poison queue rejected it".into()));
                }
                metrics::emit(&[(Metric::PoisonMessages, 1)]);
            }
        }
        Ok(SqsBatchResponse::default())
    }
}

/// A batch, sorted by content.
#[derive(Default)]
struct Sorted {
    views: Vec<View>,
    /// The ids of the messages that hold each view.
    messages: HashMap<EventId, Vec<String>>,
    poison: Vec<Poison>,
}

impl From<SqsEvent> for Sorted {
    fn from(batch: SqsEvent) -> Self {
        let mut sorted = Self::default();
        let now = Timestamp::now();
        for message in batch.records {
            let (message_id, body) = (message.message_id.unwrap_or_default(), message.body.unwrap_or_default());
            match Message::read(&body, now) {
                Message::View(view) => {
                    sorted.messages.entry(view.event_id).or_default().push(message_id);
                    sorted.views.push(view);
                }
                Message::Poison(reason) => sorted.poison.push(Poison {
                    message_id,
                    body,
                    reason,
                }),
            }
        }
        sorted
    }
}
