//! Views per day against a DynamoDB engine: how they are counted, kept, removed and read, and the capacity that takes.
#![allow(clippy::unwrap_used, reason = "a test that fails should fail")]

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use domain::{AssetId, Day, EventId, Timestamp, View};
use fake_aws::{
    Call, Engine, Metered, connector,
    mutations::assert_no_event_breaks,
    refusals::assert_unavailable,
    requests::{sample, sample_with, sample_with_query},
};
use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpResponse;
use reporting::{AssetCounters, Ledger, Tables, get_asset_days};
use serde_json::{Value, json};
use tokio::time::Instant;

const DAY: Duration = Duration::from_hours(24);
/// The longest id.
const LONGEST: usize = 128;
/// Shards of an asset's counter, as in the template.
const SHARDS: u32 = 16;
/// DynamoDB's write unit, in bytes.
const WRITE_UNIT: usize = 1024;

struct Reporting {
    tables: Metered,
    ledger: Ledger,
    counters: AssetCounters,
}

impl Reporting {
    fn with_shards(shards: u32) -> Self {
        let tables = Metered::new(Engine::for_reporting());
        let client = connector::clients(Arc::new(tables.clone())).dynamodb();
        let names = Tables::with_prefix("");
        Self {
            ledger: Ledger::new(client.clone(), names.clone(), shards),
            counters: AssetCounters::new(client, names.asset_counters),
            tables,
        }
    }

    async fn count(&self, views: Vec<View>) {
        let given = views.len();
        let outcome = self.ledger.record(views, Instant::now() + Duration::from_secs(5)).await;
        assert_eq!((outcome.counted, outcome.failed), (given, vec![]));
    }

    /// Counts a play of the asset 123 at each of these times, all in one batch.
    async fn play_at(&self, times: impl IntoIterator<Item = Timestamp>) {
        self.count(times.into_iter().map(|time| view("123", "8", time)).collect())
            .await;
    }

    fn put_shard(&self, item: &Value) {
        let put = json!({"TableName": "asset-counters", "Item": item});
        let answer = self.tables.engine.carry_out(&Call::dynamodb("PutItem", &put));
        assert!(answer.is_success(), "{answer:?}");
    }

    fn shards(&self) -> Vec<Value> {
        self.tables.engine.items_of("asset-counters")
    }

    /// The views per day in the answer for the asset 123, oldest first.
    async fn days(&self, query: &str) -> Vec<(String, u64)> {
        let reply = get_asset_days(&self.counters, sample_with_query("get-asset-days", query)).await;
        let body = reply.unwrap().body;
        assert_eq!(body["id"], "123");
        let days = body["days"].as_array().unwrap().iter();
        days.map(|day| (day["date"].as_str().unwrap().to_owned(), day["views"].as_u64().unwrap()))
            .collect()
    }
}

fn view(asset: &str, user: &str, played_at: Timestamp) -> View {
    View::new(
        EventId::unique(),
        asset.parse().unwrap(),
        user.parse().unwrap(),
        played_at,
    )
}

fn today() -> Day {
    Timestamp::now().into()
}

fn midnight() -> Timestamp {
    format!("{}T00:00:00Z", today()).try_into().unwrap()
}

/// The name of a day's attribute, in the test's own words.
fn attribute(day: Day) -> String {
    day.to_string().split_off(2).replace('-', "")
}

fn tomorrow() -> Day {
    (midnight().plus(DAY)).into()
}

/// A shard of an asset with the longest id, with views on these days.
fn shard(number: u32, days: impl IntoIterator<Item = Day>, views_per_day: &str) -> Value {
    let mut item = json!({
        "id": {"S": "x".repeat(LONGEST)},
        "shard": {"N": number.to_string()},
        "views": {"N": "999999999999999999"},
    });
    for day in days {
        item[attribute(day)] = json!({"N": views_per_day});
    }
    item
}

/// The days that a shard holds at most: those before an update removes the oldest, and tomorrow, as a clock may be ahead.
fn most_days() -> impl Iterator<Item = Day> {
    (1..=30).map(|back| today().minus(back)).chain([tomorrow()])
}

/// The size of an item as DynamoDB documents it: names and texts in UTF-8, and a number takes a byte and another one for
/// two digits.
fn size(item: &Value) -> usize {
    let value = |value: &Value| match (value["S"].as_str(), value["N"].as_str()) {
        (Some(text), _) => text.len(),
        (_, Some(number)) => 1 + number.trim_end_matches('0').len().div_ceil(2),
        _ => panic!("{value} is neither a text nor a number"),
    };
    let attributes = item.as_object().unwrap().iter();
    attributes.map(|(name, found)| name.len() + value(found)).sum()
}

#[tokio::test]
async fn a_view_counts_on_the_utc_day_of_its_play_though_its_batch_holds_several_days() {
    let reporting = Reporting::with_shards(4);
    let midnight = midnight();
    let just_before = midnight.minus(Duration::from_millis(1));
    reporting
        .play_at([just_before, midnight, just_before, midnight.minus(20 * DAY)])
        .await;
    let days: BTreeMap<_, _> = reporting.days("").await.into_iter().collect();
    assert_eq!(days.len(), 30);
    assert_eq!(days.values().sum::<u64>(), 4);
    let of = |back: u32| days[&today().minus(back).to_string()];
    assert_eq!((of(0), of(1), of(20)), (1, 2, 1));
    assert_eq!(
        reporting.counters.views(&"123".parse().unwrap(), true).await.unwrap(),
        Some(4)
    );
}

#[tokio::test]
async fn days_are_summed_over_the_shards() {
    let reporting = Reporting::with_shards(4);
    for _ in 0..40 {
        reporting.play_at([Timestamp::now()]).await;
    }
    assert_eq!(reporting.shards().len(), 4);
    assert_eq!(reporting.days("days=1").await, [(today().to_string(), 40)]);
}

#[tokio::test]
async fn an_asset_that_nobody_watched_has_zeros_oldest_first_up_to_today() {
    let reporting = Reporting::with_shards(4);
    for (query, number) in [("days=3", 3), ("days=1", 1), ("days=30", 30), ("", 30)] {
        let zeros = (0..number).rev().map(|back| (today().minus(back).to_string(), 0));
        assert_eq!(reporting.days(query).await, zeros.collect::<Vec<_>>(), "{query}");
    }
}

#[tokio::test]
async fn the_sample_event_asks_for_seven_days() {
    let reporting = Reporting::with_shards(4);
    let reply = get_asset_days(&reporting.counters, sample("get-asset-days"))
        .await
        .unwrap();
    assert_eq!(reply.body["days"].as_array().unwrap().len(), 7);
}

#[tokio::test]
async fn no_event_breaks_the_endpoint_and_its_answer_may_be_cached() {
    let counters = &Reporting::with_shards(4).counters;
    assert_no_event_breaks("get-asset-days", |request| get_asset_days(counters, request)).await;
    let reply = get_asset_days(counters, sample("get-asset-days")).await.unwrap();
    assert_eq!(
        ApiGatewayV2httpResponse::from(reply).headers["cache-control"],
        "max-age=60"
    );
}

#[tokio::test]
async fn bad_input_is_rejected_and_names_the_field() {
    let reporting = Reporting::with_shards(4);
    let bad_days = ["days=0", "days=31", "days=", "days=week", "days=1&days=1"];
    let bad_days = bad_days.map(|query| (sample_with_query("get-asset-days", query), "invalid_value", "days"));
    let bad_id = sample_with("get-asset-days", &[("assetId", "a b")]);
    for (request, code, field) in bad_days.into_iter().chain([(bad_id, "invalid_asset_id", "assetId")]) {
        let reply = get_asset_days(&reporting.counters, request).await.unwrap_err().reply();
        let found = (reply.status.as_u16(), &reply.body["code"], &reply.body["field"]);
        assert_eq!(found, (400, &json!(code), &json!(field)));
    }
}

#[tokio::test]
async fn a_missing_table_is_answered_as_unavailable_without_its_name() {
    let client = Engine::in_memory().aws().dynamodb();
    let counters = AssetCounters::new(client, "asset-counters".to_owned());
    assert_unavailable(get_asset_days(&counters, sample("get-asset-days")).await);
}

#[tokio::test]
async fn an_update_removes_the_thirty_days_before_the_kept_ones_and_no_other() {
    let reporting = Reporting::with_shards(1);
    let mut item = shard(0, (0..=62).map(|back| today().minus(back)), "5");
    item["id"] = json!({"S": "123"});
    reporting.put_shard(&item);
    reporting.play_at([Timestamp::now()]).await;
    let [left] = reporting.shards().try_into().unwrap();
    let found: Vec<_> = (0..=62)
        .filter(|back| left.get(attribute(today().minus(*back))).is_some())
        .collect();
    assert_eq!(found, (0..30).chain(60..=62).collect::<Vec<_>>());
    assert_eq!(left[attribute(today())], json!({"N": "6"}));
    assert_eq!(left[attribute(today().minus(29))], json!({"N": "5"}));
}

#[tokio::test]
async fn the_oldest_and_the_newest_view_that_are_counted_are_on_days_that_will_be_removed() {
    let reporting = Reporting::with_shards(1);
    let (oldest, newest) = (Timestamp::now().minus(21 * DAY), Timestamp::now().plus(DAY));
    reporting.play_at([oldest, newest]).await;
    // A later update removes neither.
    reporting.play_at([Timestamp::now()]).await;
    let [shard] = reporting.shards().try_into().unwrap();
    for time in [oldest, newest] {
        assert_eq!(shard[attribute(time.into())], json!({"N": "1"}));
        // The last day on which it is kept is yet to come, and from then on updates remove it for thirty days.
        assert!(Day::from(time) > today().minus(29));
    }
    // Tomorrow is not answered before it has come.
    assert_eq!(reporting.days("days=1").await, [(today().to_string(), 1)]);
}

#[tokio::test]
async fn a_full_shard_with_the_longest_id_and_large_counts_stays_below_one_write_unit() {
    let reporting = Reporting::with_shards(1);
    let full = shard(0, most_days(), "999999999999999");
    assert_eq!(full.as_object().unwrap().len(), 3 + 31);
    assert!(size(&full) < WRITE_UNIT, "{} bytes", size(&full));
    reporting.put_shard(&full);
    let _ = reporting.tables.take();
    let [user, asset] = ["u", "x"].map(|letter| letter.repeat(LONGEST));
    reporting.count(vec![view(&asset, &user, Timestamp::now())]).await;
    // A marker, a user's counter and the shard, each at two units because they are in a transaction.
    assert!((reporting.tables.take().writes - 6.0).abs() < f64::EPSILON);
    let [after] = reporting.shards().try_into().unwrap();
    assert!(after.get(attribute(today())).is_some());
    assert!(size(&after) < WRITE_UNIT, "{} bytes", size(&after));
}

#[tokio::test]
async fn an_update_does_not_remove_the_day_that_it_adds_to() {
    let reporting = Reporting::with_shards(1);
    let played = Timestamp::now().minus(40 * DAY);
    reporting.play_at([played]).await;
    let shard = &reporting.tables.engine.items_of("asset-counters")[0];
    let name = Day::from(played).to_string().split_off(2).replace('-', "");
    assert_eq!(shard[name]["N"], "1", "{shard}");
}

#[tokio::test]
async fn sixteen_full_shards_are_read_by_one_unit_for_the_days_and_for_the_total() {
    let reporting = Reporting::with_shards(SHARDS);
    for number in 0..SHARDS {
        // More than a billion views of this asset per day.
        reporting.put_shard(&shard(number, most_days(), "99999999"));
    }
    let asset: AssetId = "x".repeat(LONGEST).parse().unwrap();
    let _ = reporting.tables.take();
    reporting.counters.views(&asset, false).await.unwrap();
    let total = reporting.tables.take();
    let request = sample_with("get-asset-days", &[("assetId", asset.as_str())]);
    get_asset_days(&reporting.counters, request).await.unwrap();
    let days = reporting.tables.take();
    for used in [total, days] {
        assert!(used.reads > 0.0 && used.reads <= 1.0, "{used:?}");
        assert_eq!(used.requests, 1);
    }
}
