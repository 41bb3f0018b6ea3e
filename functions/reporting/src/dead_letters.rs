//! The dead-letter queue: where a message goes that can never be counted, with the reason.

use aws_sdk_sqs::{Client, types::MessageAttributeValue};
use common::error::Cause;

/// The message attribute that says why a message is here.
pub(crate) const REASON: &str = "reason";

/// The dead-letter queue.
#[derive(Debug, Clone)]
pub struct DeadLetters {
    client: Client,
    queue_url: String,
}

impl DeadLetters {
    /// The queue at `queue_url`.
    #[must_use]
    pub fn new(client: Client, queue_url: String) -> Self {
        Self { client, queue_url }
    }

    /// Parks a message's body with the reason.
    ///
    /// # Errors
    /// When SQS does not take it.
    pub async fn park(&self, body: &str, reason: &str) -> Result<(), Cause> {
        let attribute = MessageAttributeValue::builder()
            .data_type("String")
            .string_value(reason);
        let message = self.client.send_message().queue_url(&self.queue_url).message_body(body);
        message.message_attributes(REASON, attribute.build()?).send().await?;
        Ok(())
    }
}
