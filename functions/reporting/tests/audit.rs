//! The audit against a DynamoDB engine.
#![allow(clippy::unwrap_used, reason = "a test that fails should fail")]

use std::{collections::HashMap, time::Duration};

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use domain::{Day, Timestamp, View};
use fake_aws::{Answer, Behaviour, Calls, Cloud, Engine, Latency};
use reporting::{
    Ledger, Tables,
    audit::{Audit, Repair, Snapshot, audit},
};
use serde_json::{Value, json};
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

/// A time that lies this far back.
fn ago(minutes: u64) -> String {
    Timestamp::now().minus(Duration::from_mins(minutes)).into()
}

/// Markers of views of `a` by `u`, counted this many minutes ago.
async fn put_markers(client: &Client, minutes: &[u64]) {
    for minutes in minutes {
        let marker = [
            ("id", s(&format!("m{minutes}"))),
            ("assetId", s("a")),
            ("userId", s("u")),
            // On a day that is no longer kept, so that days need no counters.
            ("playedAt", s(&ago(60 * 24 * 60))),
            ("countedAt", s(&ago(*minutes))),
        ];
        put(client, "markers", &marker).await;
    }
}

async fn put_tombstone(client: &Client, minutes: u64) {
    let tombstone = [
        ("id", s("forgotten#u")),
        ("userId", s("u")),
        ("forgottenAt", s(&ago(minutes))),
    ];
    put(client, "markers", &tombstone).await;
}

async fn put_counter(client: &Client, views: &str) {
    put(client, "user-counters", &[("id", s("u")), ("views", n(views))]).await;
}

async fn put_shards(client: &Client, shards: &[(&str, &str)]) {
    for (shard, views) in shards {
        let item = [("id", s("a")), ("shard", n(shard)), ("views", n(views))];
        put(client, "asset-counters", &item).await;
    }
}

#[tokio::test]
async fn leaves_out_the_views_that_were_counted_before_their_user_was_forgotten() {
    let client = Engine::for_reporting().aws().dynamodb();
    put_markers(&client, &[60, 50, 10]).await;
    put_shards(&client, &[("0", "3")]).await;
    put_tombstone(&client, 30).await;
    put_counter(&client, "1").await;
    let found = run(&client, Snapshot::default()).await;
    assert_eq!(
        (found.markers, found.differences, found.unreadable.count),
        (3, vec![], 0)
    );
    put_counter(&client, "3").await;
    let found = run(&client, Snapshot::default()).await;
    let [wrong] = found.differences.as_slice() else {
        panic!("{found:?}")
    };
    assert_eq!((wrong.counter.as_str(), wrong.should_hold.clone()), ("user#u", 1..=1));
}

#[tokio::test]
async fn takes_a_view_that_was_counted_within_a_minute_of_the_deletion_either_way() {
    let client = Engine::for_reporting().aws().dynamodb();
    put_markers(&client, &[60, 30, 10]).await;
    put_shards(&client, &[("0", "3")]).await;
    put_tombstone(&client, 30).await;
    for views in ["1", "2"] {
        put_counter(&client, views).await;
        assert_eq!(run(&client, Snapshot::default()).await.differences, []);
    }
    put_counter(&client, "3").await;
    assert_eq!(run(&client, Snapshot::default()).await.differences.len(), 1);
}

/// The counters as they were when an audit read them.
fn snapshot(minutes: u64, user: u64) -> Snapshot {
    let taken = [ago(minutes), ago(minutes)];
    serde_json::from_value(json!({"taken": taken, "counters": {"user#u": user, "asset#a": user}})).unwrap()
}

#[tokio::test]
async fn a_deletion_takes_the_users_views_of_an_earlier_audit_away() {
    let client = Engine::for_reporting().aws().dynamodb();
    put_markers(&client, &[10]).await;
    put_shards(&client, &[("0", "41")]).await;
    put_counter(&client, "1").await;
    put_tombstone(&client, 30).await;
    assert_eq!(run(&client, snapshot(60, 40)).await.differences, []);
    // One that is older than the snapshot does not.
    assert_eq!(run(&client, snapshot(20, 40)).await.differences.len(), 1);
}

/// Audits, and repairs what it found.
async fn repair(client: &Client, audit: &mut Audit) -> Vec<String> {
    let repairs = audit.repair(client, &Tables::with_prefix("")).await;
    let told = |repair: &Repair| match &repair.after {
        Ok(after) => format!("{} {} {after}", repair.counter, repair.before),
        Err(refused) => format!("{} {refused:?}", repair.counter),
    };
    repairs.iter().map(told).collect()
}

#[tokio::test]
async fn repairs_counters_that_hold_too_many_or_too_few() {
    let client = Engine::for_reporting().aws().dynamodb();
    put_markers(&client, &[60, 50, 40]).await;
    put_shards(&client, &[("0", "1"), ("7", "9")]).await;
    let mut found = run(&client, Snapshot::default()).await;
    assert_eq!(repair(&client, &mut found).await, ["asset#a 10 3", "user#u 0 3"]);
    let after = run(&client, Snapshot::default()).await;
    assert_eq!(after.differences, []);
    // The snapshot to save is the one after the repair.
    let counters = |audit: &Audit| serde_json::to_value(&audit.now).unwrap()["counters"].clone();
    assert_eq!(counters(&found), counters(&after));
    // A counter of the same audit that was repaired meanwhile is left as it is.
    assert_eq!(repair(&client, &mut found).await, ["asset#a Changed", "user#u Changed"]);
    assert_eq!(run(&client, Snapshot::default()).await.differences, []);
}

#[tokio::test]
async fn repairs_nothing_that_is_not_certain() {
    let days = |days: u64| days * 24 * 60;
    let client = with_description("markers", &made(days(100)));
    put_markers(&client, &[0]).await;
    put_shards(&client, &[("0", "5")]).await;
    put_counter(&client, "1").await;
    let mut found = run(&client, snapshot(days(1), 0)).await;
    assert_eq!(repair(&client, &mut found).await, ["asset#a Uncertain"]);
    let mut found = run(&client, snapshot(days(23), 0)).await;
    assert_eq!(repair(&client, &mut found).await, ["asset#a Incomplete"]);
    put(&client, "markers", &[("id", s("x"))]).await;
    let mut found = run(&client, snapshot(days(21), 0)).await;
    assert_eq!(repair(&client, &mut found).await, ["asset#a Unreadable"]);
    assert_eq!(run(&client, Snapshot::default()).await.differences[0].holds, 5);
}

#[tokio::test]
async fn repairs_a_day() {
    let client = Engine::for_reporting().aws().dynamodb();
    let played_at = Timestamp::now().minus(Duration::from_hours(1));
    let marker = [
        ("id", s("m")),
        ("assetId", s("a")),
        ("userId", s("u")),
        ("playedAt", s(&ago(60))),
        ("countedAt", s(&ago(60))),
    ];
    put(&client, "markers", &marker).await;
    put_counter(&client, "1").await;
    let date = Day::from(played_at).to_string();
    let attribute = date[2..].replace('-', "");
    put_shards(&client, &[("0", "1")]).await;
    let shard = [
        ("id", s("a")),
        ("shard", n("1")),
        ("views", n("0")),
        (&attribute, n("3")),
    ];
    put(&client, "asset-counters", &shard).await;
    let mut found = run(&client, Snapshot::default()).await;
    assert_eq!(repair(&client, &mut found).await, [format!("day#{date}#a 3 1")]);
    assert_eq!(run(&client, Snapshot::default()).await.differences, []);
}

#[tokio::test]
async fn what_an_audit_saves_does_not_make_a_wrong_counter_right() {
    let client = Engine::for_reporting().aws().dynamodb();
    put_markers(&client, &[60, 50, 40]).await;
    put_shards(&client, &[("0", "10")]).await;
    let mut found = run(&client, Snapshot::default()).await;
    let saved = found.to_save(&client, &Tables::with_prefix("")).await.unwrap();
    let again = run(&client, saved).await;
    assert_eq!(again.differences, found.differences);
    assert_eq!(repair(&client, &mut found).await, ["asset#a 10 3", "user#u 0 3"]);
    let saved = found.to_save(&client, &Tables::with_prefix("")).await.unwrap();
    assert_eq!(run(&client, saved).await.differences, []);
}

/// A client of tables without views, of which one has this description.
fn with_description(table: &str, description: &Value) -> Client {
    let cloud = Cloud::new(Engine::in_memory(), Latency::default());
    let client = cloud.clients().dynamodb();
    let described = Answer::now(200, json!({"Table": description}).to_string());
    let describe = Calls::to("dynamodb").action("DescribeTable").on(table);
    cloud.script.always(describe, Behaviour::Instead(described));
    client
}

/// The description of a table that was made so long ago.
fn made(minutes: u64) -> Value {
    let time = Timestamp::now().minus(Duration::from_secs(minutes * 60));
    json!({"CreationDateTime": time.as_millis() / 1_000})
}

/// The description of a table that was restored so long ago.
fn restored(minutes: u64) -> Value {
    let mut description = made(minutes);
    let time = &description["CreationDateTime"];
    description["RestoreSummary"] = json!({"RestoreDateTime": time, "RestoreInProgress": false});
    description
}

#[tokio::test]
async fn repairs_no_counter_that_may_be_older_than_the_markers() {
    for (table, description) in [
        ("markers", restored(0)),
        ("asset-counters", restored(0)),
        ("user-counters", made(24 * 60)),
    ] {
        let client = with_description(table, &description);
        put_markers(&client, &[60]).await;
        put_shards(&client, &[("0", "1000")]).await;
        put_counter(&client, "1").await;
        let mut found = run(&client, Snapshot::default()).await;
        assert_eq!(repair(&client, &mut found).await, ["asset#a Incomplete"], "{table}");
    }
}

#[tokio::test]
async fn repairs_from_saved_counters_only_if_the_table_of_markers_is_older_than_they() {
    for (description, expected) in [
        (made(60), "asset#a Incomplete"),
        (restored(60), "asset#a Incomplete"),
        (made(180), "asset#a 1000 1"),
        (restored(180), "asset#a 1000 1"),
    ] {
        let client = with_description("markers", &description);
        put_markers(&client, &[30]).await;
        put_shards(&client, &[("0", "1000")]).await;
        put_counter(&client, "1").await;
        let mut found = run(&client, snapshot(120, 0)).await;
        assert_eq!(repair(&client, &mut found).await, [expected], "{description}");
    }
}
