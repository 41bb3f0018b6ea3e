//! The queue's trigger against a DynamoDB engine and a dead-letter queue that answers as told.
#![allow(clippy::unwrap_used, reason = "a test that fails should fail")]

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use domain::{EventId, Timestamp, View};
use reporting::{AssetCounters, DeadLetters, Input, Ledger, Tables, UserCounters, count_views};
use serde_json::{Value, json};
use support::{
    aws::{self, Answer},
    dynamodb::Engine,
    requests::sample_event,
};
use tokio::time::Instant;

struct Reporting {
    ledger: Ledger,
    users: UserCounters,
    assets: AssetCounters,
    dead_letters: DeadLetters,
    parked: Arc<Mutex<Vec<Value>>>,
}

impl Reporting {
    fn start() -> Self {
        Self::with("", 200)
    }

    fn with(prefix: &str, dead_letter_status: u16) -> Self {
        let client = Engine::for_reporting().aws().dynamodb();
        let parked = Arc::default();
        let seen: Arc<Mutex<Vec<Value>>> = Arc::clone(&parked);
        let aws = aws::answering(move |call| {
            seen.lock().unwrap().push(serde_json::from_str(&call.body).unwrap());
            Answer::now(dead_letter_status, r#"{"MessageId":"1","__type":"AccessDenied"}"#)
        });
        let tables = Tables::with_prefix(prefix);
        Self {
            users: UserCounters::new(client.clone(), tables.user_counters.clone()),
            assets: AssetCounters::new(client.clone(), tables.asset_counters.clone()),
            ledger: Ledger::new(client, tables, 4),
            dead_letters: DeadLetters::new(aws.sqs(), "https://sqs.us-east-1.amazonaws.com/1/dead".to_owned()),
            parked,
        }
    }

    /// Invokes the function; the ids of the messages that have to come again, sorted.
    async fn invoke(&self, work: &Value) -> Vec<String> {
        let work: Input = serde_json::from_value(work.clone()).unwrap();
        let deadline = Instant::now() + Duration::from_secs(5);
        let response = count_views(&self.ledger, &self.dead_letters, work, deadline)
            .await
            .unwrap();
        let mut failures: Vec<_> = response
            .batch_item_failures
            .into_iter()
            .map(|f| f.item_identifier)
            .collect();
        failures.sort();
        failures
    }

    async fn asset(&self, id: &str) -> Option<u64> {
        self.assets.views(&id.parse().unwrap(), true).await.unwrap()
    }

    async fn user(&self, id: &str) -> Option<u64> {
        self.users.views(&id.parse().unwrap(), true).await.unwrap()
    }

    fn parked(&self) -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let parked = self.parked.lock().unwrap();
        let of = |m: &Value| {
            (
                text(&m["MessageBody"]),
                text(&m["MessageAttributes"]["reason"]["StringValue"]),
            )
        };
        parked.iter().map(of).collect()
    }
}

fn view(asset: &str, user: &str) -> View {
    View::now(asset.parse().unwrap(), user.parse().unwrap(), None)
}

fn old_view() -> View {
    let played_at = Timestamp::from(std::time::SystemTime::now() - Duration::from_hours(24 * 22));
    View::new(
        EventId::unique(),
        "123".parse().unwrap(),
        "8".parse().unwrap(),
        played_at,
    )
}

fn batch(bodies: &[String]) -> Value {
    let record =
        |(n, body): (usize, &String)| json!({"messageId": format!("m{n}"), "body": body, "eventSource": "aws:sqs"});
    json!({"Records": bodies.iter().enumerate().map(record).collect::<Vec<_>>()})
}

fn body(view: &View) -> String {
    serde_json::to_string(view).unwrap()
}

#[tokio::test]
async fn the_sample_batch_counts_its_three_views_once_though_one_comes_twice() {
    let reporting = Reporting::start();
    // The sample's views are of one day; count them as if they came on it.
    let mut sample: Value = serde_json::from_str(&sample_event("count-views")).unwrap();
    for record in sample["Records"].as_array_mut().unwrap() {
        let mut event: Value = serde_json::from_str(record["body"].as_str().unwrap()).unwrap();
        event["playedAt"] = json!(Timestamp::now());
        record["body"] = json!(event.to_string());
    }
    assert_eq!(reporting.invoke(&sample).await, [""; 0]);
    assert_eq!(
        (reporting.asset("123").await, reporting.asset("456").await),
        (Some(2), Some(1))
    );
    assert_eq!(
        (reporting.user("8").await, reporting.user("1").await),
        (Some(2), Some(1))
    );
}

#[tokio::test]
async fn a_batch_that_comes_again_moves_nothing() {
    let reporting = Reporting::start();
    let first = [view("a", "u"), view("a", "v"), view("b", "u")].map(|view| body(&view));
    reporting.invoke(&batch(&first)).await;
    reporting.invoke(&batch(&first)).await;
    // Recomposed with a view that is new.
    let [again, ..] = first;
    assert_eq!(reporting.invoke(&batch(&[again, body(&view("a", "u"))])).await, [""; 0]);
    assert_eq!(
        (reporting.asset("a").await, reporting.asset("b").await),
        (Some(3), Some(1))
    );
    assert_eq!(
        (reporting.user("u").await, reporting.user("v").await),
        (Some(3), Some(1))
    );
}

#[tokio::test]
async fn a_large_batch_is_cut_into_transactions_and_counted_whole() {
    let reporting = Reporting::start();
    let views: Vec<_> = (0..1_000)
        .map(|n| body(&view(&format!("a{}", n % 7), &format!("u{}", n % 300))))
        .collect();
    assert_eq!(reporting.invoke(&batch(&views)).await, [""; 0]);
    assert_eq!(reporting.asset("a0").await, Some(143));
    assert_eq!(reporting.asset("a6").await, Some(142));
    assert_eq!(reporting.user("u0").await, Some(4));
    assert_eq!(reporting.user("u299").await, Some(3));
}

#[tokio::test]
async fn the_shards_can_be_raised_on_a_live_table_and_no_count_is_lost() {
    let client = Engine::for_reporting().aws().dynamodb();
    let tables = Tables::with_prefix("");
    let assets = AssetCounters::new(client.clone(), tables.asset_counters.clone());
    let asset = "a".parse().unwrap();
    let deadline = Instant::now() + Duration::from_secs(5);
    for (shards, total) in [(1, 40), (16, 80), (100, 120)] {
        let ledger = Ledger::new(client.clone(), tables.clone(), shards);
        for n in 0..40 {
            let outcome = ledger.record(vec![view("a", &format!("u{n}"))], deadline).await;
            assert_eq!((outcome.counted, outcome.failed), (1, vec![]));
        }
        assert_eq!(assets.views(&asset, true).await.unwrap(), Some(total));
    }
}

#[tokio::test]
async fn what_can_never_be_counted_is_parked_with_its_reason_and_the_rest_is_counted() {
    let reporting = Reporting::start();
    let good = body(&view("a", "u"));
    let with_slash = good.replace(r#""a""#, r#""a/b""#);
    let bodies = [good, "not json".to_owned(), with_slash.clone(), body(&old_view())];
    assert_eq!(reporting.invoke(&batch(&bodies)).await, [""; 0]);
    assert_eq!(reporting.asset("a").await, Some(1));
    let mut parked = reporting.parked();
    parked.sort();
    let reasons: Vec<_> = parked
        .iter()
        .map(|(_, reason)| reason.split([':', ' ']).next().unwrap())
        .collect();
    assert_eq!(
        reasons.iter().filter(|reason| **reason == "not").count(),
        2,
        "{parked:?}"
    );
    assert!(
        parked
            .iter()
            .any(|(body, reason)| body.contains("123") && reason.contains("before the window"))
    );
    assert!(
        parked
            .iter()
            .any(|(body, reason)| *body == with_slash && reason.contains("assetId"))
    );
}

#[tokio::test]
async fn what_cannot_be_parked_comes_again_alone() {
    let reporting = Reporting::with("", 400);
    let bodies = [body(&view("a", "u")), "not json".to_owned()];
    assert_eq!(reporting.invoke(&batch(&bodies)).await, ["m1"]);
    assert_eq!(reporting.asset("a").await, Some(1));
}

#[tokio::test]
async fn what_cannot_be_counted_comes_again_with_all_its_copies() {
    let reporting = Reporting::with("another-", 200);
    let twice = body(&view("a", "u"));
    assert_eq!(
        reporting
            .invoke(&batch(&[twice.clone(), "not json".to_owned(), twice]))
            .await,
        ["m0", "m2"]
    );
}

#[tokio::test]
async fn a_single_view_is_counted_once_however_it_comes() {
    let reporting = Reporting::start();
    let view = view("a", "u");
    reporting.invoke(&json!(view)).await;
    reporting.invoke(&batch(&[body(&view)])).await;
    assert_eq!(reporting.asset("a").await, Some(1));
}

#[tokio::test]
async fn a_single_view_that_cannot_be_counted_is_an_error_so_that_lambda_tries_again() {
    let reporting = Reporting::with("another-", 200);
    let deadline = Instant::now() + Duration::from_secs(5);
    let result = count_views(
        &reporting.ledger,
        &reporting.dead_letters,
        Input::View(view("a", "u")),
        deadline,
    )
    .await;
    assert!(result.is_err());
}
