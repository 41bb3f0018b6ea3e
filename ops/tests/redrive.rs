//! Redriving against an SQS whose tasks take their time.
#![allow(clippy::unwrap_used, reason = "a test that fails should fail")]

use std::sync::{Arc, Mutex};

use fake_aws::{Answer, Call, answering};
use ops::{
    error::sentence,
    redrive::{Redriven, redrive},
};
use serde_json::{Value, json};

const DEAD: &str = "https://sqs.us-east-1.amazonaws.com/1/dead";
const EVENTS: &str = "https://sqs.us-east-1.amazonaws.com/1/events";

/// The answers of SQS: the newest task each time that it is asked, the last one from then on, and whether it starts one.
struct Sqs {
    newest: Vec<Value>,
    starts: bool,
    /// The visible, invisible and delayed messages in the dead-letter queue.
    depth: [u32; 3],
}

impl Sqs {
    fn answer(&mut self, call: &Call) -> Answer {
        let request: Value = serde_json::from_str(&call.body).unwrap();
        let body = match call.action.as_str() {
            "GetQueueAttributes" => json!({"Attributes": {
                "QueueArn": format!("arn of {}", request["QueueUrl"].as_str().unwrap()),
                "ApproximateNumberOfMessages": self.depth[0].to_string(),
                "ApproximateNumberOfMessagesNotVisible": self.depth[1].to_string(),
                "ApproximateNumberOfMessagesDelayed": self.depth[2].to_string(),
            }}),
            "ListMessageMoveTasks" => {
                assert_eq!(request["SourceArn"], format!("arn of {DEAD}"));
                let task = if self.newest.len() > 1 {
                    self.newest.remove(0)
                } else {
                    self.newest[0].clone()
                };
                json!({"Results": if task.is_null() { json!([]) } else { json!([task]) }})
            }
            "StartMessageMoveTask" if self.starts => {
                let arns = (&request["SourceArn"], &request["DestinationArn"]);
                assert_eq!(
                    arns,
                    (&json!(format!("arn of {DEAD}")), &json!(format!("arn of {EVENTS}")))
                );
                json!({"TaskHandle": "1"})
            }
            "StartMessageMoveTask" => {
                let refusal =
                    json!({"__type": "com.amazonaws.sqs#InvalidParameterValue", "message": "already a task running"});
                return Answer::now(400, refusal.to_string());
            }
            other => panic!("nothing else should be called: {other}"),
        };
        Answer::now(200, body.to_string())
    }
}

/// A task started at `started` that has moved `moved` of 5 messages.
fn task(started: i64, status: &str, moved: i64) -> Value {
    json!({"StartedTimestamp": started, "Status": status, "ApproximateNumberOfMessagesMoved": moved,
        "ApproximateNumberOfMessagesToMove": 5, "FailureReason": "CouldNotDetermineMessageSource"})
}

/// Redrives. Returns what an operator reads, and the positions of the progress bar.
async fn redriven(sqs: Sqs) -> (Result<String, String>, Vec<u64>) {
    let sqs = Arc::new(Mutex::new(sqs));
    let clients = answering(move |call| sqs.lock().unwrap().answer(call));
    let seen = Mutex::new(Vec::new());
    let watch = |progress: ops::redrive::Progress| seen.lock().unwrap().push(progress.moved);
    let redriven = redrive(&clients.sqs(), DEAD, EVENTS, watch).await;
    let said = redriven.map(|redriven: Redriven| redriven.to_string());
    (said.map_err(|error| sentence(&error)), seen.into_inner().unwrap())
}

#[tokio::test(start_paused = true)]
async fn sqs_moves_the_messages_and_the_command_waits_for_it() {
    let newest = vec![
        task(1, "COMPLETED", 9),
        task(1, "COMPLETED", 9), // the new one is not listed yet
        task(2, "RUNNING", 0),
        task(2, "RUNNING", 3),
        task(2, "COMPLETED", 5),
    ];
    let (said, seen) = redriven(Sqs {
        newest,
        starts: true,
        depth: [0, 0, 0],
    })
    .await;
    assert_eq!(
        said.unwrap(),
        "5 dead letters sent back. The dead-letter queue is empty."
    );
    assert_eq!(seen, [0, 3, 5]);
}

#[tokio::test]
async fn a_redrive_that_runs_already_is_shown_with_its_progress() {
    let (said, _) = redriven(Sqs {
        newest: vec![task(1, "RUNNING", 3)],
        starts: false,
        depth: [2, 0, 0],
    })
    .await;
    assert_eq!(
        said.unwrap(),
        "A redrive is under way: 3 of about 5 dead letters sent back."
    );
}

#[tokio::test]
async fn so_is_one_that_another_operator_starts_at_the_same_time() {
    let newest = vec![Value::Null, task(1, "RUNNING", 0)];
    let (said, _) = redriven(Sqs {
        newest,
        starts: false,
        depth: [5, 0, 0],
    })
    .await;
    assert_eq!(
        said.unwrap(),
        "A redrive is under way: 0 of about 5 dead letters sent back."
    );
}

#[tokio::test]
async fn letters_in_flight_are_not_mistaken_for_an_empty_queue() {
    let newest = vec![Value::Null, task(1, "COMPLETED", 0)];
    let (said, _) = redriven(Sqs {
        newest,
        starts: true,
        depth: [0, 3, 0],
    })
    .await;
    assert_eq!(
        said.unwrap(),
        "0 dead letters sent back. About 3 in flight: another reader has received them. Redrive again when they are \
         visible."
    );
}

#[tokio::test]
async fn letters_that_came_back_are_counted() {
    let newest = vec![Value::Null, task(1, "COMPLETED", 1)];
    let (said, _) = redriven(Sqs {
        newest,
        starts: true,
        depth: [1, 0, 1],
    })
    .await;
    assert_eq!(
        said.unwrap(),
        "1 dead letter sent back. The dead-letter queue now holds about 2."
    );
}

#[tokio::test]
async fn a_redrive_that_fails_says_why() {
    let newest = vec![Value::Null, task(1, "FAILED", 2)];
    let (said, _) = redriven(Sqs {
        newest,
        starts: true,
        depth: [3, 0, 0],
    })
    .await;
    assert_eq!(
        said.unwrap_err(),
        "SQS stopped the redrive after 2 dead letters: CouldNotDetermineMessageSource"
    );
}

#[tokio::test]
async fn a_redrive_that_is_cancelled_is_said_to_be() {
    let newest = vec![Value::Null, task(1, "CANCELLED", 1)];
    let (said, _) = redriven(Sqs {
        newest,
        starts: true,
        depth: [3, 0, 0],
    })
    .await;
    assert_eq!(
        said.unwrap_err(),
        "SQS stopped the redrive after 1 dead letter: it was cancelled"
    );
}

#[tokio::test]
async fn a_refusal_is_told_in_the_words_of_sqs() {
    let (said, _) = redriven(Sqs {
        newest: vec![Value::Null],
        starts: false,
        depth: [3, 0, 0],
    })
    .await;
    let said = said.unwrap_err();
    let start = format!("Failed to start a redrive from arn of {DEAD} to arn of {EVENTS}: ");
    assert!(
        said.starts_with(&start) && said.ends_with(": already a task running"),
        "{said}"
    );
    assert!(!said.contains(['{', '"']), "an operator reads Rust: {said}");
}
