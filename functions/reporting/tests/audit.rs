//! The audit against a DynamoDB engine.
#![allow(clippy::unwrap_used, reason = "a test that fails should fail")]

use std::time::Duration;

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use domain::View;
use reporting::{
    Ledger,
    audit::{Audit, Snapshot, audit},
};
use support::dynamodb::{Engine, TABLE};
use tokio::time::Instant;

async fn count(client: &Client, views: &[(&str, &str)]) {
    let ledger = Ledger::new(client.clone(), TABLE.to_owned(), 4);
    let view = |(asset, user): &(&str, &str)| View::now(asset.parse().unwrap(), user.parse().unwrap(), None);
    let outcome = ledger
        .record(
            views.iter().map(view).collect(),
            Instant::now() + Duration::from_secs(5),
        )
        .await;
    assert_eq!(outcome.counted, views.len());
}

async fn run(client: &Client, base: Snapshot) -> Audit {
    audit(client, TABLE, base, |_| ()).await.unwrap()
}

/// Adds to a counter behind the ledger's back.
async fn tamper(client: &Client, pk: &str, sk: &str, by: i32) {
    let key = |text: &str| AttributeValue::S(text.to_owned());
    let request = client
        .update_item()
        .table_name(TABLE)
        .key("pk", key(pk))
        .key("sk", key(sk));
    let request = request
        .update_expression("ADD #v :n")
        .expression_attribute_names("#v", "views");
    request
        .expression_attribute_values(":n", AttributeValue::N(by.to_string()))
        .send()
        .await
        .unwrap();
}

#[tokio::test]
async fn finds_nothing_wrong_with_what_the_ledger_wrote() {
    let client = Engine::with_table(&["pk", "sk"]).aws().dynamodb();
    count(&client, &[("a", "u"), ("a", "v"), ("b", "u")]).await;
    let found = run(&client, Snapshot::default()).await;
    assert_eq!((found.markers, found.differences), (3, vec![]));
}

#[tokio::test]
async fn finds_a_counter_that_holds_more_than_its_markers_say() {
    let client = Engine::with_table(&["pk", "sk"]).aws().dynamodb();
    count(&client, &[("a", "u")]).await;
    tamper(&client, "asset#a", "shard#0", 1).await;
    let found = run(&client, Snapshot::default()).await;
    let [wrong] = found.differences.as_slice() else {
        panic!("{found:?}")
    };
    assert_eq!(
        (wrong.counter.as_str(), wrong.holds, *wrong.should_hold.end()),
        ("asset#a", 2, 1)
    );
}

#[tokio::test]
async fn starts_from_a_snapshot_when_older_markers_are_gone() {
    let client = Engine::with_table(&["pk", "sk"]).aws().dynamodb();
    // Views from before: their markers have expired.
    tamper(&client, "asset#a", "shard#0", 40).await;
    tamper(&client, "user#u", "views", 40).await;
    let before = run(&client, Snapshot::default()).await;
    assert_eq!(before.differences.len(), 2);
    count(&client, &[("a", "u"), ("a", "u")]).await;
    assert_eq!(run(&client, before.now).await.differences, []);
}
