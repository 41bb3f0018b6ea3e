//! The host. Its function is this test binary itself, started with the name of one ignored test.
#![allow(clippy::unwrap_used, reason = "a test that fails should fail")]

use std::{
    process::exit,
    time::{Duration, Instant, SystemTime},
};

use fake_aws::host::{Bootstrap, Failure, Function};
use hyper::body::Bytes;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::{Value, json};
use tokio::time::sleep;

/// Longer than any test waits.
const LONG: Duration = Duration::from_mins(1);

fn function() -> Function {
    let arguments = ["--ignored", "--exact", "function_under_the_host", "--nocapture"].map(Into::into);
    let command = [std::env::current_exe().unwrap()].into_iter().chain(arguments);
    Function::new(Bootstrap::new("test", command.collect()))
}

#[test]
#[ignore = "the host starts it as a function"]
fn function_under_the_host() {
    let Ok(_) = std::env::var("AWS_LAMBDA_RUNTIME_API") else {
        return;
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(lambda_runtime::run(service_fn(handle))).unwrap();
}

async fn handle(event: LambdaEvent<Value>) -> Result<Value, Error> {
    println!("{}", json!({"event": event.payload}));
    match event.payload.as_str() {
        Some("hang") => std::future::pending().await,
        Some("fail") => Err("failed on demand".into()),
        Some("exit") => exit(1),
        Some("deadline") => {
            let left = event.context.deadline().duration_since(SystemTime::now())?;
            Ok(json!(left.as_secs()))
        }
        _ => Ok(event.payload),
    }
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
