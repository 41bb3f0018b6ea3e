//! Redriving against an SQS that moves messages itself, and one that does not.
#![allow(clippy::unwrap_used, reason = "a test that fails should fail")]

use std::sync::{Arc, Mutex};

use fake_aws::{Answer, answering};
use ops::redrive::{Redriven, redrive};
use serde_json::{Value, json};

const DEAD: &str = "https://sqs.us-east-1.amazonaws.com/1/dead";
const EVENTS: &str = "https://sqs.us-east-1.amazonaws.com/1/events";

/// Dead letters that wait to be received, and bodies that were sent to the events queue.
#[derive(Default)]
struct Queues {
    dead: Vec<String>,
    received: usize,
    sent: Vec<Value>,
}

/// Redrives `letters` with an SQS whose own moving of messages answers `task`.
async fn redrive_with(task: fn() -> Answer, letters: usize) -> (Result<Redriven, String>, Vec<Value>) {
    let dead: Vec<_> = (0..letters).map(|number| format!("letter {number}")).collect();
    let queues = Arc::new(Mutex::new(Queues {
        dead,
        ..Queues::default()
    }));
    let shared = Arc::clone(&queues);
    let sqs = answering(move |call| {
        let request: Value = serde_json::from_str(&call.body).unwrap();
        let mut queues = shared.lock().unwrap();
        let body = match call.action.as_str() {
            "StartMessageMoveTask" => return task(),
            "GetQueueAttributes" => json!({"Attributes": {
                "QueueArn": request["QueueUrl"], "ApproximateNumberOfMessages": queues.dead.len().to_string(),
            }}),
            "ReceiveMessage" => {
                let from = queues.received;
                let to = (from + 10).min(queues.dead.len());
                queues.received = to;
                let message = |body: &String| {
                    json!({"Body": body, "ReceiptHandle": body, "MessageAttributes":
                        {"reason": {"DataType": "String", "StringValue": "too old"}}})
                };
                json!({"Messages": queues.dead[from..to].iter().map(message).collect::<Vec<_>>()})
            }
            "SendMessageBatch" => {
                assert_eq!(request["QueueUrl"], EVENTS);
                queues.sent.extend(request["Entries"].as_array().unwrap().clone());
                json!({"Successful": [], "Failed": []})
            }
            "DeleteMessageBatch" => {
                assert_eq!(request["QueueUrl"], DEAD);
                assert_eq!(queues.sent.len(), queues.received, "deleted before it was sent");
                json!({"Successful": [], "Failed": []})
            }
            other => panic!("nothing else should be called: {other}"),
        };
        Answer::now(200, body.to_string())
    })
    .sqs();
    let redriven = redrive(&sqs, DEAD, EVENTS).await.map_err(|error| error.to_string());
    let sent = std::mem::take(&mut queues.lock().unwrap().sent);
    (redriven, sent)
}

fn unknown() -> Answer {
    Answer::now(400, r#"{"__type":"com.amazonaws.sqs#UnsupportedOperation"}"#)
}

#[tokio::test]
async fn sqs_moves_the_messages_where_it_can() {
    let (redriven, sent) = redrive_with(|| Answer::now(200, r#"{"TaskHandle":"1"}"#), 3).await;
    assert_eq!((redriven, sent.len()), (Ok(Redriven::BySqs), 0));
}

#[tokio::test]
async fn otherwise_each_message_is_sent_and_then_deleted_with_its_attributes() {
    let (redriven, sent) = redrive_with(unknown, 23).await;
    assert_eq!((redriven, sent.len()), (Ok(Redriven::OneByOne(23)), 23));
    assert_eq!(sent[22]["MessageBody"], "letter 22");
    assert_eq!(sent[22]["MessageAttributes"]["reason"]["StringValue"], "too old");
}

#[tokio::test]
async fn an_sqs_that_refuses_is_told_and_nothing_is_moved() {
    let (redriven, sent) = redrive_with(|| Answer::now(400, r#"{"__type":"AccessDenied"}"#), 3).await;
    assert!(redriven.is_err());
    assert_eq!(sent.len(), 0);
}
