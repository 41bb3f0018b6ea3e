//! The trigger: collects messages into batches, hands each to a function and deletes the messages that it counted.

use std::{collections::HashSet, sync::Arc, time::Duration};

use aws_lambda_events::sqs::SqsBatchResponse;
use serde_json::{Map, Value, json};
use tokio::{
    sync::watch,
    task::AbortHandle,
    time::{Instant, timeout_at},
};

use super::{Message, Queue};

/// The largest batch and the longest time for which one is collected, as in the template.
const BATCH: usize = 1_000;
const WINDOW: Duration = Duration::from_secs(2);

/// The messages of one invocation.
#[derive(Debug, Clone)]
pub struct Batch(pub Vec<Message>);

impl Batch {
    /// The event of the invocation.
    #[must_use]
    pub fn event(&self) -> Value {
        json!({"Records": self.0.iter().map(record).collect::<Vec<_>>()})
    }

    /// The messages that a response does not report as failed, and those that it does.
    #[must_use]
    pub fn split(&self, response: &SqsBatchResponse) -> (Vec<&Message>, Vec<&Message>) {
        let failures = response.batch_item_failures.iter();
        let failed: HashSet<_> = failures.map(|failure| failure.item_identifier.as_str()).collect();
        self.0
            .iter()
            .partition(|message| !failed.contains(message.id.to_string().as_str()))
    }
}

fn record(message: &Message) -> Value {
    let attribute = |(name, value): (&String, &Value)| {
        let value = json!({"stringValue": value["StringValue"], "dataType": value["DataType"]});
        (name.clone(), value)
    };
    json!({
        "messageId": message.id.to_string(),
        "body": message.body,
        "attributes": {},
        "messageAttributes": message.attributes.iter().map(attribute).collect::<Map<_, _>>(),
    })
}

/// A running trigger. It ends when it is dropped.
#[derive(Debug)]
pub struct Trigger {
    counted: watch::Receiver<u64>,
    collecting: AbortHandle,
}

impl Trigger {
    /// Hands the messages of `queue` to `invoke`, which returns the function's response, or None if it has failed.
    /// Messages that fail come again after the visibility timeout.
    pub fn start<Invoked>(queue: Arc<Queue>, invoke: impl Fn(Value) -> Invoked + Send + Sync + 'static) -> Self
    where
        Invoked: Future<Output = Option<SqsBatchResponse>> + Send + 'static,
    {
        let (count, counted) = watch::channel(0);
        let collecting = tokio::spawn(async move {
            loop {
                let batch = collect(&queue).await;
                if batch.0.is_empty() {
                    continue;
                }
                let (queue, count, response) = (Arc::clone(&queue), count.clone(), invoke(batch.event()));
                // There are as many batches at once as there are messages for. The function's instances take turns.
                tokio::spawn(async move {
                    let Some(response) = response.await else { return };
                    let (done, _) = batch.split(&response);
                    queue.delete(done.iter().map(|message| message.id));
                    count.send_modify(|count| *count += done.len() as u64);
                });
            }
        });
        Self {
            counted,
            collecting: collecting.abort_handle(),
        }
    }

    /// Waits until the function has counted this number of messages.
    pub async fn until(&self, messages: u64) {
        let mut counted = self.counted.clone();
        counted.wait_for(|counted| *counted >= messages).await.unwrap();
    }
}

impl Drop for Trigger {
    fn drop(&mut self) {
        self.collecting.abort();
    }
}

/// A full batch, or the messages that came before the window closed.
async fn collect(queue: &Queue) -> Batch {
    queue.visible().await;
    let mut batch = queue.receive(BATCH);
    let end = Instant::now() + WINDOW;
    while batch.len() < BATCH {
        if timeout_at(end, queue.visible()).await.is_err() {
            break;
        }
        batch.extend(queue.receive(BATCH - batch.len()));
    }
    Batch(batch)
}
