//! The API of SQS in front of the queues.

use std::{collections::HashMap, sync::Arc};

use futures_util::{FutureExt, future::BoxFuture};
use md5::{Digest, Md5};
use serde_json::{Map, Value, json};

use super::{
    Queue,
    rules::{self, MAX_SIZE, Rejection},
};
use crate::{Answer, Call, Service, call::queue_name};

/// The most entries of a batch.
const MAX_ENTRIES: usize = 10;

/// SQS with its queues by name, which is the last part of a queue's URL.
#[derive(Debug, Clone, Default)]
pub struct Sqs(HashMap<String, Arc<Queue>>);

type Result<T> = std::result::Result<T, Rejection>;

impl Sqs {
    #[must_use]
    pub fn with_queue(mut self, name: &str, queue: Arc<Queue>) -> Self {
        self.0.insert(name.to_owned(), queue);
        self
    }

    /// Carries out a call.
    #[must_use]
    pub fn carry_out(&self, call: &Call) -> Answer {
        let request = call.json();
        let queue = request["QueueUrl"].as_str().and_then(|url| self.0.get(queue_name(url)));
        let Some(queue) = queue else {
            return rejected(Rejection {
                code: "QueueDoesNotExist",
                reason: "no such queue",
            });
        };
        let result = match call.action.as_str() {
            "SendMessage" => send(queue, &request),
            "SendMessageBatch" => send_batch(queue, &request),
            "ReceiveMessage" => Ok(receive(queue, &request)),
            "DeleteMessage" => delete(queue, &request).map(|()| json!({})),
            "DeleteMessageBatch" => batch(&request, |entry| {
                delete(queue, entry)?;
                Ok(json!({}))
            }),
            "GetQueueAttributes" => Ok(json!({"Attributes": {"ApproximateNumberOfMessages": queue.len().to_string()}})),
            other => panic!("the queue has no {other} here: add it"),
        };
        result.map_or_else(rejected, |answer| Answer::now(200, answer.to_string()))
    }
}

impl Service for Sqs {
    fn answer(&self, call: Call) -> BoxFuture<'_, Answer> {
        async move { self.carry_out(&call) }.boxed()
    }
}

fn send(queue: &Queue, message: &Value) -> Result<Value> {
    let (body, attributes) = contents(message);
    rules::check(&body, &attributes)?;
    // The SDKs for Python and JavaScript check the digest.
    let digest = u128::from_be_bytes(Md5::digest(&body).into());
    let id = queue.send_with(body, attributes);
    Ok(json!({"MessageId": id.to_string(), "MD5OfMessageBody": format!("{digest:032x}")}))
}

fn send_batch(queue: &Queue, request: &Value) -> Result<Value> {
    let entries = entries(request);
    let size = |entry: &Value| {
        let (body, attributes) = contents(entry);
        rules::size(&body, &attributes)
    };
    if entries.iter().map(size).sum::<usize>() > MAX_SIZE {
        return Err(Rejection {
            code: "BatchRequestTooLong",
            reason: "the batch is too large",
        });
    }
    batch(request, |entry| send(queue, entry))
}

fn receive(queue: &Queue, request: &Value) -> Value {
    let most = request["MaxNumberOfMessages"].as_u64().unwrap_or(1);
    let messages = queue
        .receive(usize::try_from(most).unwrap())
        .into_iter()
        .map(|message| {
            json!({
                "MessageId": message.id.to_string(),
                "ReceiptHandle": message.id.to_string(),
                "Body": message.body,
                "MessageAttributes": message.attributes,
            })
        });
    json!({"Messages": messages.collect::<Vec<_>>()})
}

fn delete(queue: &Queue, request: &Value) -> Result<()> {
    let handle = request["ReceiptHandle"].as_str().and_then(|handle| handle.parse().ok());
    let id = handle.ok_or(Rejection {
        code: "ReceiptHandleIsInvalid",
        reason: "no such receipt",
    })?;
    queue.delete([id]);
    Ok(())
}

/// Does the same for each entry of a batch and reports the ones that failed.
fn batch(request: &Value, each: impl Fn(&Value) -> Result<Value>) -> Result<Value> {
    let entries = entries(request);
    let wrong_number = |code| Rejection {
        code,
        reason: "a batch has 1 to 10 entries",
    };
    match entries.len() {
        0 => return Err(wrong_number("EmptyBatchRequest")),
        1..=MAX_ENTRIES => {}
        _ => return Err(wrong_number("TooManyEntriesInBatchRequest")),
    }
    let (mut successful, mut failed) = (Vec::new(), Vec::new());
    for entry in entries {
        match each(entry) {
            Ok(mut result) => {
                result["Id"] = entry["Id"].clone();
                successful.push(result);
            }
            Err(Rejection { code, reason }) => {
                failed.push(json!({"Id": entry["Id"], "Code": code, "Message": reason, "SenderFault": true}));
            }
        }
    }
    Ok(json!({"Successful": successful, "Failed": failed}))
}

fn entries(request: &Value) -> &[Value] {
    request["Entries"].as_array().map_or(&[], Vec::as_slice)
}

fn contents(message: &Value) -> (String, Map<String, Value>) {
    let body = message["MessageBody"].as_str().unwrap_or_default().to_owned();
    let attributes = message["MessageAttributes"].as_object().cloned().unwrap_or_default();
    (body, attributes)
}

fn rejected(rejection: Rejection) -> Answer {
    let Rejection { code, reason } = rejection;
    Answer::now(
        400,
        json!({"__type": format!("com.amazonaws.sqs#{code}"), "message": reason}).to_string(),
    )
}
