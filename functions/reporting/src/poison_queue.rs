//! The queue for poison messages: messages that can never be counted, each with a reason.

use aws_sdk_sqs::{
    Client,
    error::BuildError,
    types::{MessageAttributeValue, SendMessageBatchRequestEntry},
};
use futures_util::{StreamExt, stream};
use platform::{BoxError, telemetry::chain};
use tokio::time::{Instant, timeout_at};

/// The message attribute that holds the reason.
pub(crate) const REASON: &str = "reason";
/// The reason when SQS rejects the real one.
const FIXED_REASON: &str = "not a view event";
/// The longest reason, in characters.
const MAX_REASON: usize = 256;

/// SQS's limit for one request.
const MAX_MESSAGES: usize = 10;
/// The most bytes of bodies in one request, well under SQS's limit. A longer body goes alone.
const MAX_BYTES: usize = 200_000;
/// Concurrent requests.
const CONCURRENCY: usize = 8;

/// A message that can never be counted.
#[derive(Debug, Clone)]
pub(crate) struct Poison {
    pub(crate) message_id: String,
    pub(crate) body: String,
    pub(crate) reason: String,
}

/// The queue for poison messages.
#[derive(Debug, Clone)]
pub struct PoisonQueue {
    client: Client,
    url: String,
}

impl PoisonQueue {
    #[must_use]
    pub const fn new(client: Client, url: String) -> Self {
        Self { client, url }
    }

    /// Sends `messages` until `deadline`. Returns the message ids of those that SQS did not accept.
    pub(crate) async fn send(&self, messages: Vec<Poison>, deadline: Instant) -> Vec<String> {
        stream::iter(batches(messages))
            .map(|batch| self.send_batch(batch, deadline))
            .buffer_unordered(CONCURRENCY)
            .concat()
            .await
    }

    /// Sends one batch, and what SQS rejected once more with a reason that it can't object to.
    async fn send_batch(&self, batch: Vec<Poison>, deadline: Instant) -> Vec<String> {
        let rejected = self.attempt(batch, deadline).await;
        let plain = rejected.into_iter().map(|message| Poison {
            reason: FIXED_REASON.to_owned(),
            ..message
        });
        let rejected = self.attempt(plain.collect(), deadline).await;
        rejected.into_iter().map(|message| message.message_id).collect()
    }

    /// Sends one batch and returns the messages that SQS did not accept.
    async fn attempt(&self, batch: Vec<Poison>, deadline: Instant) -> Vec<Poison> {
        if batch.is_empty() {
            return batch;
        }
        let failed = match timeout_at(deadline, self.request(&batch)).await {
            Ok(Ok(failed)) => failed,
            Ok(Err(error)) => {
                tracing::error!(messages = batch.len(), cause = %chain(error.as_ref()), "the poison queue rejected messages");
                return batch;
            }
            Err(_) => {
                tracing::error!(messages = batch.len(), "the poison queue did not answer in time");
                return batch;
            }
        };
        let (rejected, sent): (Vec<_>, Vec<_>) = batch
            .into_iter()
            .enumerate()
            .partition(|(index, _)| failed.contains(&index.to_string()));
        for (_, Poison { message_id, reason, .. }) in &sent {
            tracing::warn!(messageId = message_id, reason, "poison message sent to its queue");
        }
        rejected.into_iter().map(|(_, message)| message).collect()
    }

    /// Sends one request and returns the indexes of the messages that failed.
    async fn request(&self, batch: &[Poison]) -> Result<Vec<String>, BoxError> {
        let entries = batch.iter().enumerate().map(|(index, message)| entry(index, message));
        let entries = entries.collect::<Result<Vec<_>, _>>()?;
        let request = self.client.send_message_batch().queue_url(&self.url);
        let answer = Box::pin(request.set_entries(Some(entries)).send()).await?;
        Ok(answer.failed.into_iter().map(|failed| failed.id).collect())
    }
}

fn entry(index: usize, message: &Poison) -> Result<SendMessageBatchRequestEntry, BuildError> {
    let reason = MessageAttributeValue::builder()
        .data_type("String")
        .string_value(printable(&message.reason));
    SendMessageBatchRequestEntry::builder()
        .id(index.to_string())
        .message_body(&message.body)
        .message_attributes(REASON, reason.build()?)
        .build()
}

/// A reason that SQS accepts. It rejects control characters and text that is empty or too long.
fn printable(reason: &str) -> String {
    let printable = |c: char| if c == ' ' || c.is_ascii_graphic() { c } else { '?' };
    let reason: String = reason.chars().take(MAX_REASON).map(printable).collect();
    if reason.is_empty() {
        FIXED_REASON.to_owned()
    } else {
        reason
    }
}

/// Splits messages into batches that fit one request each.
fn batches(messages: Vec<Poison>) -> Vec<Vec<Poison>> {
    let mut batches: Vec<Vec<Poison>> = Vec::new();
    let mut bytes = 0;
    for message in messages {
        match batches.last_mut() {
            Some(batch) if batch.len() < MAX_MESSAGES && bytes + message.body.len() <= MAX_BYTES => {
                bytes += message.body.len();
                batch.push(message);
            }
            _ => {
                bytes = message.body.len();
                batches.push(vec![message]);
            }
        }
    }
    batches
}

#[cfg(test)]
mod tests {
    use super::*;

    fn poison(bytes: usize) -> Poison {
        Poison {
            message_id: "m".to_owned(),
            body: "x".repeat(bytes),
            reason: String::new(),
        }
    }

    #[test]
    fn a_reason_is_at_most_256_printable_ascii_characters() {
        assert_eq!(
            printable("not a view event: expected `,`"),
            "not a view event: expected `,`"
        );
        assert_eq!(printable("a\0b\u{fffe}é\n"), "a?b???");
        assert_eq!(printable(&"x".repeat(200_000)).len(), MAX_REASON);
        assert_eq!(printable(""), FIXED_REASON);
    }

    #[test]
    fn a_batch_fits_one_request_by_number_and_by_size() {
        let sizes = |messages: Vec<Poison>| batches(messages).iter().map(Vec::len).collect::<Vec<_>>();
        assert_eq!(sizes(vec![poison(1); 25]), [10, 10, 5]);
        assert_eq!(sizes(vec![poison(90_000); 5]), [2, 2, 1]);
        assert_eq!(sizes(vec![poison(900_000), poison(1)]), [1, 1]);
        assert_eq!(sizes(vec![]), [0; 0]);
    }
}
