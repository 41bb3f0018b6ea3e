//! The health endpoint in front of services that each test scripts.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use fake_aws::{
    Answer, answering,
    mutations::{assert_no_event_breaks, assert_what_nobody_reads_changes_nothing, body},
    requests::sample_event,
};
use health::{Dependencies, Health, LIMIT, Queues};
use lambda_http::Context;
use platform::{aws::invoke::Backend, http::answer};
use serde_json::json;

fn endpoint(answer: impl Fn(&str) -> Answer + Send + Sync + 'static) -> Health {
    let aws = answering(move |call| answer(&call.path));
    let lambda = aws.lambda();
    let backend = |name: &str| Backend::new(lambda.clone(), name.to_owned(), "/content/asset/{assetId}");
    Health::new(Dependencies {
        metadata: backend("metadata"),
        cdnurl: backend("cdnurl"),
        reporting: backend("reporting"),
        play: Queues {
            sqs: aws.sqs(),
            events_url: "https://sqs.us-east-1.amazonaws.com/1/events".to_owned(),
            dead_letters_url: "https://sqs.us-east-1.amazonaws.com/1/dead".to_owned(),
        },
    })
}

fn well(path: &str) -> Answer {
    let body = if path.contains("/functions/") {
        json!({"statusCode": 404, "body": "{}", "isBase64Encoded": false, "cookies": []})
    } else {
        json!({"Attributes": {"ApproximateNumberOfMessages": "3"}})
    };
    Answer::now(200, body.to_string())
}

#[tokio::test]
async fn the_whole_is_ok_when_each_service_answers() {
    let health = &endpoint(well);
    let response = answer(
        &async |_| Ok(health.report().await),
        &sample_event("health"),
        Context::default(),
    )
    .await;
    let report = body(&response);
    assert_eq!((response.status_code, &report["status"]), (200, &json!("ok")));
    for service in ["metadata", "cdnurl", "reporting", "play"] {
        let state = &report["services"][service];
        assert_eq!(state["status"], "ok", "{service}");
        assert!(state["latencyMs"].is_u64(), "{service}");
    }
    let play = &report["services"]["play"];
    assert_eq!((&play["backlog"], &play["deadLetters"]), (&json!(3), &json!(3)));
}

#[tokio::test(start_paused = true)]
async fn a_report_is_reused_for_a_moment_and_not_for_longer() {
    let asked = Arc::new(AtomicU32::new(0));
    let asks = Arc::clone(&asked);
    let health = endpoint(move |path| {
        asks.fetch_add(1, Ordering::Relaxed);
        well(path)
    });
    let (first, second) = tokio::join!(health.report(), health.report());
    assert_eq!(first.body, second.body);
    assert_eq!(asked.load(Ordering::Relaxed), 5);
    tokio::time::advance(Duration::from_secs(6)).await;
    health.report().await;
    assert_eq!(asked.load(Ordering::Relaxed), 10);
}

#[tokio::test(start_paused = true)]
async fn a_service_that_crashes_or_is_late_is_named_and_makes_the_whole_degraded() {
    let crash = || Answer::now(200, r#"{"errorMessage":"panic"}"#);
    let late = || well("/functions/").after(LIMIT + Duration::from_secs(1));
    for fail in [crash as fn() -> Answer, late] {
        let answer = move |path: &str| if path.contains("cdnurl") { fail() } else { well(path) };
        let reply = endpoint(answer).report().await;
        assert_eq!(
            (reply.status.as_u16(), &reply.body["status"]),
            (503, &json!("degraded"))
        );
        assert_eq!(reply.body["services"]["cdnurl"]["status"], "failed");
        assert_eq!(reply.body["services"]["metadata"]["status"], "ok");
    }
}

#[tokio::test]
async fn no_event_breaks_health() {
    let health = &endpoint(well);
    assert_what_nobody_reads_changes_nothing("health", async |_| Ok(health.report().await)).await;
    assert_no_event_breaks("health", async |_| Ok(health.report().await)).await;
}
