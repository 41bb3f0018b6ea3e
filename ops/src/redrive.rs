//! Sends dead letters back to the queue that they came from.

use aws_sdk_sqs::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
    types::{DeleteMessageBatchRequestEntry, Message, QueueAttributeName, SendMessageBatchRequestEntry},
};
use platform::BoxError;

/// What became of the dead letters.
#[derive(Debug, PartialEq, Eq)]
pub enum Redriven {
    /// SQS moves them; the queues' metrics show how far it is.
    BySqs,
    /// So many were moved one by one, for an SQS that does not do it itself (an emulator).
    OneByOne(usize),
}

/// Moves all messages from the queue at `from` to the queue at `to`. Doing it twice does no harm: a view keeps its id.
///
/// # Errors
/// When SQS fails. What was not moved is still in the queue.
pub async fn redrive(sqs: &Client, from: &str, to: &str) -> Result<Redriven, BoxError> {
    let task = sqs.start_message_move_task();
    let task = task
        .source_arn(arn(sqs, from).await?)
        .destination_arn(arn(sqs, to).await?);
    match task.send().await {
        Ok(_) => Ok(Redriven::BySqs),
        Err(error) if is_unknown(&error) => Ok(Redriven::OneByOne(move_all(sqs, from, to).await?)),
        Err(error) => Err(error.into()),
    }
}

/// Whether SQS does not know the operation.
fn is_unknown<E: ProvideErrorMetadata>(error: &SdkError<E>) -> bool {
    let unknown = [
        "InvalidAction",
        "UnknownOperation",
        "UnknownOperationException",
        "UnsupportedOperation",
    ];
    let code = error.as_service_error().and_then(ProvideErrorMetadata::code);
    code.is_some_and(|code| unknown.iter().any(|name| code.ends_with(name)))
}

async fn move_all(sqs: &Client, from: &str, to: &str) -> Result<usize, BoxError> {
    // A message that can never be counted comes back at once: as many as there are now, and no more.
    let length = attribute(sqs, from, QueueAttributeName::ApproximateNumberOfMessages).await?;
    let (length, mut moved) = (length.parse::<usize>()?, 0);
    while moved < length {
        let request = sqs.receive_message().queue_url(from).max_number_of_messages(10);
        let messages = request
            .message_attribute_names("All")
            .send()
            .await?
            .messages
            .unwrap_or_default();
        if messages.is_empty() {
            break;
        }
        moved += messages.len();
        move_some(sqs, from, to, messages).await?;
    }
    Ok(moved)
}

/// Sends first and deletes then: what dies in between leaves a duplicate, which counts once, and no gap.
async fn move_some(sqs: &Client, from: &str, to: &str, messages: Vec<Message>) -> Result<(), BoxError> {
    let (mut sending, mut deleting) = (
        sqs.send_message_batch().queue_url(to),
        sqs.delete_message_batch().queue_url(from),
    );
    for (number, message) in messages.into_iter().enumerate() {
        let sent = SendMessageBatchRequestEntry::builder().id(number.to_string());
        let sent = sent.message_body(message.body.unwrap_or_default());
        sending = sending.entries(sent.set_message_attributes(message.message_attributes).build()?);
        let deleted = DeleteMessageBatchRequestEntry::builder().id(number.to_string());
        let deleted = deleted.receipt_handle(message.receipt_handle.unwrap_or_default());
        deleting = deleting.entries(deleted.build()?);
    }
    let sent = sending.send().await?;
    if !sent.failed.is_empty() {
        return Err(format!("{} messages could not be sent", sent.failed.len()).into());
    }
    deleting.send().await?;
    Ok(())
}

async fn arn(sqs: &Client, queue_url: &str) -> Result<String, BoxError> {
    attribute(sqs, queue_url, QueueAttributeName::QueueArn).await
}

async fn attribute(sqs: &Client, queue_url: &str, name: QueueAttributeName) -> Result<String, BoxError> {
    let request = sqs.get_queue_attributes().queue_url(queue_url);
    let answer = request.attribute_names(name.clone()).send().await?;
    let value = answer.attributes().and_then(|all| all.get(&name)).cloned();
    value.ok_or_else(|| format!("{queue_url} has no {name}").into())
}
