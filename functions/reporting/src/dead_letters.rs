//! The dead-letter queue, which takes poison messages with a reason.

use aws_sdk_sqs::{Client, types::MessageAttributeValue};
use platform::BoxError;

/// The message attribute that holds the reason.
pub(crate) const REASON: &str = "reason";

/// The dead-letter queue.
#[derive(Debug, Clone)]
pub struct DeadLetters {
    client: Client,
    queue_url: String,
}

impl DeadLetters {
    #[must_use]
    pub fn new(client: Client, queue_url: String) -> Self {
        Self { client, queue_url }
    }

    /// Sends a message's body with the reason.
    ///
    /// # Errors
    /// When SQS does not accept it.
    pub async fn send(&self, body: &str, reason: &str) -> Result<(), BoxError> {
        let attribute = MessageAttributeValue::builder()
            .data_type("String")
            .string_value(reason);
        let message = self.client.send_message().queue_url(&self.queue_url).message_body(body);
        let message = message.message_attributes(REASON, attribute.build()?);
        Box::pin(message.send()).await?;
        Ok(())
    }
}
