//! Sends what is in the dead-letter queue back to the events queue, with `EVENTS_QUEUE_URL` and
//! `DEAD_LETTER_QUEUE_URL` set. A message that can never be counted comes back to the dead-letter queue.

use std::error::Error;

use aws_sdk_sqs::{Client, types::QueueAttributeName};
use common::{aws::Aws, env};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let sqs = Aws::from_env()?.sqs();
    let from = arn(&sqs, &env::required("DEAD_LETTER_QUEUE_URL")?).await?;
    let to = arn(&sqs, &env::required("EVENTS_QUEUE_URL")?).await?;
    let task = sqs.start_message_move_task().source_arn(&from).destination_arn(to);
    task.send().await?;
    println!("redriving; the queue's metrics show how far it is");
    Ok(())
}

async fn arn(sqs: &Client, queue_url: &str) -> Result<String, Box<dyn Error + Send + Sync>> {
    let name = QueueAttributeName::QueueArn;
    let request = sqs
        .get_queue_attributes()
        .queue_url(queue_url)
        .attribute_names(name.clone());
    let attributes = request.send().await?.attributes.unwrap_or_default();
    attributes
        .get(&name)
        .cloned()
        .ok_or_else(|| format!("{queue_url} has no ARN").into())
}
