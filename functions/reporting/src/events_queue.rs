//! The events queue, which takes a view that arrived by direct invocation and could not be counted.

use aws_sdk_sqs::Client;
use platform::BoxError;
use tokio::time::{Instant, timeout_at};

/// The queue that carries views to count-views.
#[derive(Debug, Clone)]
pub struct EventsQueue {
    client: Client,
    url: String,
}

impl EventsQueue {
    #[must_use]
    pub const fn new(client: Client, url: String) -> Self {
        Self { client, url }
    }

    /// Sends an event.
    ///
    /// # Errors
    /// When SQS does not accept it by `deadline`.
    pub(crate) async fn send(&self, event: &str, deadline: Instant) -> Result<(), BoxError> {
        let message = self.client.send_message().queue_url(&self.url).message_body(event);
        timeout_at(deadline, Box::pin(message.send())).await??;
        Ok(())
    }
}
