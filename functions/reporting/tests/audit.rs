//! The audit against a DynamoDB engine.
#![allow(clippy::unwrap_used, reason = "a test that fails should fail")]

use std::{collections::HashMap, time::Duration};

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use domain::{Day, Timestamp, View};
use fake_aws::Engine;
use reporting::{
    Ledger, Tables,
    audit::{Audit, Snapshot, audit},
};
use tokio::time::Instant;

async fn count(client: &Client, views: &[(&str, &str)]) {
    let ledger = Ledger::new(client.clone(), Tables::with_prefix(""), 4);
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
    audit(client, &Tables::with_prefix(""), base, |_| ()).await.unwrap()
}

/// Adds to a counter behind the ledger's back.
async fn tamper(client: &Client, table: &str, key: HashMap<String, AttributeValue>, by: i32) {
    tamper_attribute(client, table, key, "views", by).await;
}

async fn tamper_attribute(client: &Client, table: &str, key: HashMap<String, AttributeValue>, name: &str, by: i32) {
    let request = client.update_item().table_name(table).set_key(Some(key));
    let request = request
        .update_expression("ADD #v :n")
        .expression_attribute_names("#v", name);
    request
        .expression_attribute_values(":n", AttributeValue::N(by.to_string()))
        .send()
        .await
        .unwrap();
}

async fn tamper_asset(client: &Client, by: i32) {
    tamper(client, "asset-counters", shard_of_a(), by).await;
}

fn shard_of_a() -> HashMap<String, AttributeValue> {
    HashMap::from([("id".to_owned(), s("a")), ("shard".to_owned(), n("0"))])
}

/// Adds to a day so long ago.
async fn tamper_day(client: &Client, back: u32, by: i32) {
    let name = day(back).to_string().split_off(2).replace('-', "");
    tamper_attribute(client, "asset-counters", shard_of_a(), &name, by).await;
}

fn day(back: u32) -> Day {
    Day::from(Timestamp::now()).minus(back)
}

async fn tamper_user(client: &Client, by: i32) {
    let key = [("id".to_owned(), AttributeValue::S("u".to_owned()))];
    tamper(client, "user-counters", key.into(), by).await;
}

#[tokio::test]
async fn finds_nothing_wrong_with_what_the_ledger_wrote() {
    let client = Engine::for_reporting().aws().dynamodb();
    count(&client, &[("a", "u"), ("a", "v"), ("b", "u")]).await;
    let found = run(&client, Snapshot::default()).await;
    assert_eq!((found.markers, found.differences), (3, vec![]));
}

#[tokio::test]
async fn finds_a_counter_that_holds_more_than_its_markers_say() {
    let client = Engine::for_reporting().aws().dynamodb();
    count(&client, &[("a", "u")]).await;
    tamper_asset(&client, 1).await;
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
async fn finds_a_day_that_holds_more_or_less_than_its_markers_say() {
    let client = Engine::for_reporting().aws().dynamodb();
    // A view that was counted an hour ago, surely before the audit, and that is missing on its day.
    let time = |time: Timestamp| s(&String::from(time));
    let (played_at, counted_at) = (Timestamp::now(), Timestamp::now().minus(Duration::from_hours(1)));
    let marker = [
        ("id", s("m")),
        ("assetId", s("a")),
        ("userId", s("u")),
        ("playedAt", time(played_at)),
        ("countedAt", time(counted_at)),
    ];
    put(&client, "markers", &marker).await;
    tamper_asset(&client, 1).await;
    tamper_user(&client, 1).await;
    tamper_day(&client, 29, 1).await;
    let found = run(&client, Snapshot::default()).await;
    let wrong = found.differences.into_iter();
    let wrong: Vec<_> = wrong
        .map(|wrong| (wrong.counter, wrong.holds, wrong.should_hold))
        .collect();
    let name = |back| format!("day#{}#a", day(back));
    assert_eq!(wrong, [(name(29), 1, 0..=0), (name(0), 0, 1..=1)]);
}

#[tokio::test]
async fn does_not_compare_days_that_updates_remove() {
    let client = Engine::for_reporting().aws().dynamodb();
    count(&client, &[("a", "u")]).await;
    tamper_asset(&client, 0).await;
    tamper_day(&client, 30, 7).await;
    assert_eq!(run(&client, Snapshot::default()).await.differences, []);
}

async fn put(client: &Client, table: &str, item: &[(&str, AttributeValue)]) {
    let put = client.put_item().table_name(table);
    let item = item
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone()))
        .collect();
    put.set_item(Some(item)).send().await.unwrap();
}

fn s(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn n(number: &str) -> AttributeValue {
    AttributeValue::N(number.to_owned())
}

#[tokio::test]
async fn leaves_out_and_describes_what_is_neither_a_counter_nor_a_marker() {
    let client = Engine::for_reporting().aws().dynamodb();
    count(&client, &[("a", "u")]).await;
    put(&client, "user-counters", &[("id", s("v")), ("views", s("many"))]).await;
    put(
        &client,
        "asset-counters",
        &[("id", s("b")), ("shard", n("7")), ("views", n("-1"))],
    )
    .await;
    put(&client, "markers", &[("id", s("m")), ("assetId", s("a"))]).await;
    let played_at = s(&String::from(Timestamp::now()));
    let marker = [
        ("assetId", s("a")),
        ("userId", s("u")),
        ("playedAt", played_at),
        ("countedAt", s("noon")),
    ];
    put(&client, "markers", &[&[("id", s("o"))], marker.as_slice()].concat()).await;
    let found = run(&client, Snapshot::default()).await;
    assert_eq!((found.markers, found.differences), (1, vec![]));
    let mut examples = found.unreadable.examples;
    examples.sort();
    assert_eq!(found.unreadable.count, 4);
    assert_eq!(
        examples,
        [
            "item b, shard 7, of asset-counters: views is not a count",
            "item m of markers: userId is not a text",
            "item o of markers: countedAt is not a time",
            "item v of user-counters: views is not a count",
        ]
    );
}

#[tokio::test]
async fn describes_twenty_items_of_a_table_that_is_not_ours() {
    let client = Engine::for_reporting().aws().dynamodb();
    for number in 0..25 {
        put(&client, "markers", &[("id", s(&number.to_string()))]).await;
    }
    let found = run(&client, Snapshot::default()).await;
    assert_eq!((found.unreadable.count, found.unreadable.examples.len()), (25, 20));
}

#[tokio::test]
async fn names_the_table_that_it_can_not_read() {
    let client = Engine::for_reporting().aws().dynamodb();
    let tables = Tables {
        markers: "gone".to_owned(),
        ..Tables::with_prefix("")
    };
    let error = audit(&client, &tables, Snapshot::default(), |_| ()).await.unwrap_err();
    assert_eq!(error.to_string(), "Failed to read table gone");
}

#[tokio::test]
async fn starts_from_a_snapshot_when_older_markers_are_gone() {
    let client = Engine::for_reporting().aws().dynamodb();
    // Views from before: their markers have expired.
    tamper_asset(&client, 40).await;
    tamper_user(&client, 40).await;
    let before = run(&client, Snapshot::default()).await;
    assert_eq!(before.differences.len(), 2);
    count(&client, &[("a", "u"), ("a", "u")]).await;
    assert_eq!(run(&client, before.now).await.differences, []);
}
