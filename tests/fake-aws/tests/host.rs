//! The host, with the function `echo`.
#![allow(clippy::unwrap_used, reason = "a test that fails should fail")]

use std::time::{Duration, Instant};

use fake_aws::host::{Bootstrap, Failure, Function};
use hyper::body::Bytes;
use serde_json::{Value, json};
use tokio::time::sleep;

/// Longer than any test waits.
const LONG: Duration = Duration::from_mins(1);

fn function() -> Function {
    Function::new(Bootstrap::new("test", vec![env!("CARGO_BIN_EXE_echo").into()]))
}

fn event(event: &str) -> Bytes {
    json!(event).to_string().into()
}

#[tokio::test]
async fn an_event_is_answered_and_its_log_is_kept_apart() {
    let function = function();
    for word in ["one", "two"] {
        let outcome = function.invoke(event(word)).await;
        assert_eq!(outcome.json(), word);
        assert_eq!(outcome.log.json(), [json!({"event": word})]);
        assert!(outcome.took < LONG);
    }
    assert_eq!(function.usage().invocations, 2);
}

#[tokio::test]
async fn the_function_knows_its_deadline() {
    let outcome = function().invoke_within(event("deadline"), LONG).await;
    let left = outcome.json().as_u64().unwrap();
    assert!((1..60).contains(&left), "{left} s");
}

#[tokio::test]
async fn a_function_whose_time_is_over_is_killed_and_the_next_event_starts_another() {
    let function = function();
    function.scale_out(1);
    function.ready().await;
    let limit = Duration::from_millis(200);
    let outcome = function.invoke_within(event("hang"), limit).await;
    assert_eq!((outcome.answer, outcome.took), (Err(Failure::TimedOut), limit));
    assert_eq!(outcome.log.json(), [json!({"event": "hang"})]);
    assert_eq!(function.invoke(event("again")).await.json(), "again");
}

#[tokio::test]
async fn a_function_that_exits_fails_the_event_at_once() {
    let outcome = function().invoke_within(event("exit"), LONG).await;
    assert_eq!(outcome.answer, Err(Failure::Crashed));
    assert!(outcome.took < LONG);
}

#[tokio::test]
async fn a_function_that_cannot_start_fails_the_event() {
    let function = Function::new(Bootstrap::new("test", vec!["/bin/false".into()]));
    let outcome = function.invoke_within(event("any"), LONG).await;
    assert_eq!(outcome.answer, Err(Failure::Crashed));
}

#[tokio::test]
async fn an_error_of_the_function_is_passed_on() {
    let outcome = function().invoke(event("fail")).await;
    let Err(Failure::Error(error)) = outcome.answer else {
        panic!("{:?}", outcome.answer)
    };
    let error: Value = serde_json::from_slice(&error).unwrap();
    assert_eq!(error["errorMessage"], "failed on demand");
}

#[tokio::test]
async fn a_frozen_instance_answers_once_it_is_thawed() {
    let function = function();
    function.scale_out(1);
    function.ready().await;
    function.freeze().await;
    let answered = async {
        let outcome = function.invoke_within(event("late"), LONG).await;
        (outcome.json(), Instant::now())
    };
    let thawed = async {
        sleep(Duration::from_millis(100)).await;
        let now = Instant::now();
        function.thaw();
        now
    };
    let ((answer, answered), thawed) = tokio::join!(answered, thawed);
    assert_eq!(answer, "late");
    assert!(answered > thawed);
}
