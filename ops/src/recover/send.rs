//! Sends views to the events queue in batches.

use std::time::Duration;

use anyhow::{Context, bail};
use aws_sdk_sqs::{
    Client,
    types::{BatchResultErrorEntry, SendMessageBatchRequestEntry},
};
use domain::View;
use futures_util::{StreamExt, TryStreamExt, stream};
use tokio::time::sleep;

/// The most messages that SQS accepts at once.
const BATCH: usize = 10;
/// The batches under way at once.
const CONCURRENCY: usize = 8;
/// How often a message is sent that SQS does not accept, and the wait after the first time. It doubles.
const ATTEMPTS: u32 = 5;
const BACKOFF: Duration = Duration::from_millis(200);

/// Sends all views. Calls `sent` with the size of each batch that SQS has accepted.
///
/// # Errors
/// When SQS does not accept a view. Others may have been sent, and may be sent again.
pub async fn send(sqs: &Client, queue_url: &str, views: &[View], sent: impl Fn(usize)) -> anyhow::Result<()> {
    let batches = stream::iter(views.chunks(BATCH));
    let sending = batches.map(async |batch| {
        send_batch(sqs, queue_url, batch).await?;
        sent(batch.len());
        anyhow::Ok(())
    });
    sending.buffer_unordered(CONCURRENCY).try_collect().await
}

async fn send_batch(sqs: &Client, queue_url: &str, views: &[View]) -> anyhow::Result<()> {
    let mut entries = views.iter().map(entry).collect::<anyhow::Result<Vec<_>>>()?;
    for attempt in 1.. {
        let request = sqs.send_message_batch().queue_url(queue_url);
        let answer = Box::pin(request.set_entries(Some(entries.clone())).send()).await;
        let failed = answer.context("Failed to send views to the events queue")?.failed;
        let Some(refused) = failed.first() else { break };
        if attempt == ATTEMPTS {
            bail!("SQS refused view {}: {}", refused.id, reason(refused));
        }
        entries.retain(|entry| failed.iter().any(|failed| failed.id == entry.id));
        sleep(BACKOFF * 2_u32.pow(attempt - 1)).await;
    }
    Ok(())
}

/// The entry's id is the view's: no two of a batch may be the same.
fn entry(view: &View) -> anyhow::Result<SendMessageBatchRequestEntry> {
    let entry = SendMessageBatchRequestEntry::builder().id(view.event_id.to_string());
    Ok(entry.message_body(serde_json::to_string(view)?).build()?)
}

fn reason(refused: &BatchResultErrorEntry) -> &str {
    refused.message.as_deref().unwrap_or(&refused.code)
}
