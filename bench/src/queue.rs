//! The queue's trigger: collects messages into batches, and has count-views count them.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::body::Bytes;
use serde_json::{Value, json};
use tokio::{
    sync::{Notify, mpsc},
    time::{Instant, timeout_at},
};

use crate::host::Function;

/// The template's batch size and window.
const BATCH: usize = 1_000;
const WINDOW: Duration = Duration::from_secs(2);

/// What the trigger has done.
#[derive(Default)]
pub struct Trigger {
    done: AtomicU64,
    changed: Notify,
}

impl Trigger {
    /// Takes `messages` to `function`, in the background, until nobody can send any more.
    #[must_use]
    pub fn start(mut messages: mpsc::UnboundedReceiver<String>, function: Arc<Function>) -> Arc<Self> {
        let trigger = Arc::new(Self::default());
        let own = Arc::clone(&trigger);
        tokio::spawn(async move {
            while let Some(batch) = collect(&mut messages).await {
                // As many at once as there are batches: the function's instances take turns.
                tokio::spawn(Arc::clone(&own).count(batch, Arc::clone(&function)));
            }
        });
        trigger
    }

    /// Returns when as many messages as that are done.
    pub async fn until(&self, messages: u64) {
        while self.done.load(Ordering::SeqCst) < messages {
            let changed = self.changed.notified();
            if self.done.load(Ordering::SeqCst) < messages {
                changed.await;
            }
        }
    }

    /// Messages that fail come again, as SQS has it.
    async fn count(self: Arc<Self>, mut batch: Vec<String>, function: Arc<Function>) {
        while !batch.is_empty() {
            let answer: Value = serde_json::from_slice(&function.invoke(event(&batch)).await).unwrap();
            let failed = answer["batchItemFailures"].as_array().unwrap();
            let number = |failure: &Value| failure["itemIdentifier"].as_str().unwrap().parse().unwrap();
            let again: Vec<usize> = failed.iter().map(number).collect();
            self.done
                .fetch_add((batch.len() - again.len()) as u64, Ordering::SeqCst);
            self.changed.notify_waiters();
            batch = again
                .into_iter()
                .map(|number| std::mem::take(&mut batch[number]))
                .collect();
        }
    }
}

/// A full batch, or what has come when the window closes; None when no more will come.
async fn collect(messages: &mut mpsc::UnboundedReceiver<String>) -> Option<Vec<String>> {
    let mut batch = vec![messages.recv().await?];
    let end = Instant::now() + WINDOW;
    while batch.len() < BATCH {
        match timeout_at(end, messages.recv()).await {
            Ok(Some(message)) => batch.push(message),
            Ok(None) | Err(_) => break,
        }
    }
    Some(batch)
}

fn event(batch: &[String]) -> Bytes {
    let record = |(number, body): (usize, &String)| json!({"messageId": number.to_string(), "body": body, "attributes": {}, "messageAttributes": {}});
    let records: Vec<_> = batch.iter().enumerate().map(record).collect();
    Bytes::from(json!({"Records": records}).to_string())
}
