//! The rankings and the top list against a DynamoDB engine that a script makes misbehave.
#![allow(clippy::unwrap_used, reason = "a test that fails should fail")]

use std::{sync::Arc, time::Duration};

use domain::{Day, EventId, Timestamp, View};
use fake_aws::{
    Behaviour, Call, Calls, Cloud, Engine, Latency,
    mutations::assert_no_event_breaks,
    refusals::assert_unavailable,
    requests::{sample, sample_with_query},
};
use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpResponse;
use reporting::{Ledger, RankAssets, Rankings, Tables, get_top_assets};
use serde_json::{Value, json};
use tokio::time::Instant;

const DAY: Duration = Duration::from_hours(24);
/// The timeout of rank-assets in the template.
const TIMEOUT: Duration = Duration::from_mins(15);

struct Reporting {
    cloud: Arc<Cloud>,
    ledger: Ledger,
    rank_assets: RankAssets,
    rankings: Rankings,
}

impl Reporting {
    fn start() -> Self {
        let cloud = Cloud::new(Engine::in_memory(), Latency::default());
        let (client, tables) = (cloud.clients().dynamodb(), Tables::with_prefix(""));
        let rankings = Rankings::new(client.clone(), "rankings".to_owned());
        Self {
            ledger: Ledger::new(client.clone(), tables.clone(), 4),
            rank_assets: RankAssets::new(client, tables.asset_counters, rankings.clone()),
            rankings,
            cloud,
        }
    }

    /// Counts this many plays of an asset, one transaction each so that they are on several shards.
    async fn play(&self, asset: &str, times: u32, played_at: Timestamp) {
        for _ in 0..times {
            let (asset, user) = (asset.parse().unwrap(), "8".parse().unwrap());
            let view = View::new(EventId::unique(), asset, user, played_at);
            let outcome = self
                .ledger
                .record(vec![view], Instant::now() + Duration::from_secs(5))
                .await;
            assert_eq!(outcome.counted, 1);
        }
    }

    async fn rank(&self) {
        self.rank_assets.rank(TIMEOUT).await.unwrap();
    }

    async fn top(&self, query: &str) -> Value {
        let reply = get_top_assets(&self.rankings, sample_with_query("get-top-assets", query)).await;
        reply.unwrap().body
    }

    /// The ids and views of a list.
    async fn list(&self, query: &str) -> Vec<(String, u64)> {
        let top = self.top(query).await;
        let assets = top["assets"].as_array().unwrap().iter();
        assets
            .map(|asset| {
                (
                    asset["id"].as_str().unwrap().to_owned(),
                    asset["views"].as_u64().unwrap(),
                )
            })
            .collect()
    }

    fn put(&self, item: &Value) {
        let put = json!({"TableName": "asset-counters", "Item": item});
        let answer = self.cloud.tables.engine.carry_out(&Call::dynamodb("PutItem", &put));
        assert!(answer.is_success(), "{answer:?}");
    }

    /// A shard with 9 views in all and one on each of the days so long ago.
    fn put_shard(&self, asset: &str, on: &[u32]) {
        let mut item = json!({"id": {"S": asset}, "shard": {"N": "0"}, "views": {"N": "9"}});
        for back in on {
            item[attribute(*back)] = json!({"N": "1"});
        }
        self.put(&item);
    }

    fn shard(&self, asset: &str) -> Value {
        let items = self.cloud.tables.engine.items_of("asset-counters");
        items.into_iter().find(|item| item["id"]["S"] == asset).unwrap()
    }

    fn lists(&self) -> Vec<Value> {
        self.cloud.tables.engine.items_of("rankings")
    }
}

/// The name of the attribute of a day so long ago.
fn attribute(back: u32) -> String {
    let day = Day::from(Timestamp::now()).minus(back);
    day.to_string().split_off(2).replace('-', "")
}

fn list(assets: &[(&str, u64)]) -> Vec<(String, u64)> {
    assets.iter().map(|(id, views)| ((*id).to_owned(), *views)).collect()
}

fn scans() -> Calls {
    Calls::to("dynamodb").action("Scan")
}

#[tokio::test]
async fn assets_are_ranked_by_their_views_in_each_window() {
    let reporting = Reporting::start();
    let now = Timestamp::now();
    reporting.play("new", 2, now).await;
    reporting.play("week", 3, now.minus(6 * DAY)).await;
    reporting.play("month", 5, now.minus(20 * DAY)).await;
    reporting.put_shard("old", &[]);
    let before = Timestamp::now();
    reporting.rank().await;
    assert_eq!(reporting.list("days=1").await, list(&[("new", 2)]));
    assert_eq!(reporting.list("days=7").await, list(&[("week", 3), ("new", 2)]));
    assert_eq!(reporting.list("").await, reporting.list("days=7").await);
    let month = list(&[("month", 5), ("week", 3), ("new", 2)]);
    assert_eq!(reporting.list("days=30").await, month);
    assert_eq!(reporting.list("days=all").await, [list(&[("old", 9)]), month].concat());
    let as_of = |top: &Value| serde_json::from_value::<Timestamp>(top["asOf"].clone()).unwrap();
    let (week, all) = (reporting.top("days=7").await, reporting.top("days=all").await);
    assert!(as_of(&week) >= before && as_of(&week) <= Timestamp::now());
    assert_eq!((&week["days"], &all["days"]), (&json!(7), &json!("all")));
}

#[tokio::test]
async fn a_list_is_cut_to_its_limit_and_equal_assets_are_ordered_by_id() {
    let reporting = Reporting::start();
    for number in (0..120).rev() {
        reporting.put_shard(&format!("a{number:03}"), &[0]);
    }
    reporting.rank().await;
    for (query, length) in [("", 10), ("limit=1", 1), ("limit=100", 100), ("days=all&limit=3", 3)] {
        let ids: Vec<_> = reporting.list(query).await.into_iter().map(|(id, _)| id).collect();
        let expected: Vec<_> = (0..length).map(|number| format!("a{number:03}")).collect();
        assert_eq!(ids, expected, "{query}");
    }
}

#[tokio::test]
async fn before_the_first_ranking_the_list_is_empty_and_as_of_null() {
    let reporting = Reporting::start();
    let expected = json!({"asOf": null, "days": 7, "assets": []});
    assert_eq!(reporting.top("").await, expected);
    // A ranking of no assets is one.
    reporting.rank().await;
    let top = reporting.top("").await;
    assert!(top["asOf"].is_string() && top["assets"] == json!([]), "{top}");
}

#[tokio::test]
async fn bad_parameters_are_rejected_and_named() {
    let reporting = Reporting::start();
    for (query, field) in [
        ("days=2", "days"),
        ("days=", "days"),
        ("days=ALL", "days"),
        ("days=7&days=7", "days"),
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=ten", "limit"),
    ] {
        let request = sample_with_query("get-top-assets", query);
        let reply = get_top_assets(&reporting.rankings, request).await.unwrap_err().reply();
        let found = (reply.status.as_u16(), &reply.body["code"], &reply.body["field"]);
        assert_eq!(found, (400, &json!("invalid_value"), &json!(field)), "{query}");
    }
}

#[tokio::test]
async fn a_missing_table_is_answered_as_unavailable_without_its_name() {
    let rankings = Rankings::new(Engine::in_memory().aws().dynamodb(), "rankings".to_owned());
    assert_unavailable(get_top_assets(&rankings, sample("get-top-assets")).await);
}

#[tokio::test]
async fn no_event_breaks_the_endpoint_and_its_answer_may_be_cached() {
    let reporting = &Reporting::start();
    assert_no_event_breaks("get-top-assets", |request| get_top_assets(&reporting.rankings, request)).await;
    let reply = get_top_assets(&reporting.rankings, sample("get-top-assets"))
        .await
        .unwrap();
    assert_eq!(
        ApiGatewayV2httpResponse::from(reply).headers["cache-control"],
        "max-age=60"
    );
}

#[tokio::test]
async fn a_full_list_with_ids_of_64_characters_is_read_by_one_unit() {
    let reporting = Reporting::start();
    for number in 0..100 {
        let id = format!("a{number:063}");
        let views = json!({"N": (10_u64.pow(19) + number).to_string()});
        reporting.put(&json!({"id": {"S": id}, "shard": {"N": "0"}, "views": views, attribute(0): views}));
    }
    reporting.rank().await;
    let _ = reporting.cloud.tables.take();
    for query in ["days=1&limit=100", "days=all&limit=100"] {
        assert_eq!(reporting.list(query).await.len(), 100);
        let used = reporting.cloud.tables.take();
        assert!(used.reads > 0.5 && used.reads <= 1.0, "{used:?}");
        assert_eq!(used.requests, 1);
    }
}

#[tokio::test]
async fn a_scan_that_fails_on_one_page_replaces_no_list() {
    let reporting = Reporting::start();
    reporting.play("a", 1, Timestamp::now()).await;
    reporting.rank().await;
    let before = reporting.lists();
    reporting.play("b", 2, Timestamp::now()).await;
    reporting.cloud.script.next(1, scans(), Behaviour::refuse());
    reporting.rank_assets.rank(TIMEOUT).await.unwrap_err();
    assert_eq!(reporting.lists(), before);
    reporting.rank().await;
    assert_eq!(reporting.list("").await, list(&[("b", 2), ("a", 1)]));
}

#[tokio::test]
async fn a_run_replaces_no_list_of_a_run_that_began_later() {
    let reporting = Reporting::start();
    reporting.play("a", 1, Timestamp::now()).await;
    let later = serde_json::to_value(Timestamp::now().plus(Duration::from_mins(2))).unwrap();
    let newer = json!({"id": {"S": "7"}, "asOf": {"S": later}, "assets": {"L": []}});
    let put = Call::dynamodb("PutItem", &json!({"TableName": "rankings", "Item": newer}));
    assert!(reporting.cloud.tables.engine.carry_out(&put).is_success());
    reporting.rank().await;
    assert_eq!(reporting.top("days=7").await["asOf"], later);
    assert_eq!(reporting.list("days=1").await, list(&[("a", 1)]));
}

#[tokio::test(start_paused = true)]
async fn a_scan_that_takes_too_long_is_given_up_before_the_function_is_ended() {
    let reporting = Reporting::start();
    reporting.play("a", 1, Timestamp::now()).await;
    reporting
        .cloud
        .script
        .always(scans(), Behaviour::Delay(Duration::from_millis(1_500)));
    let (start, time_left) = (Instant::now(), Duration::from_secs(11));
    let error = reporting.rank_assets.rank(time_left).await.unwrap_err();
    assert_eq!(error.to_string(), "there are more assets than can be read in time");
    assert!(start.elapsed() < time_left, "{:?}", start.elapsed());
    assert_eq!(reporting.lists(), [json!(null); 0]);
}

#[tokio::test]
async fn days_that_no_update_will_remove_are_removed_and_kept_days_stay() {
    let reporting = Reporting::start();
    reporting.put_shard("idle", &[0, 29, 30, 59, 60, 200]);
    reporting.put_shard("watched", &[0, 29, 30, 59]);
    reporting.rank().await;
    let days = |asset| {
        let shard = reporting.shard(asset);
        assert_eq!(shard["views"], json!({"N": "9"}));
        (0..=200)
            .filter(|back| shard.get(attribute(*back)).is_some())
            .collect::<Vec<_>>()
    };
    assert_eq!(days("idle"), [0, 29]);
    // An update or a later ranking removes those of the other asset.
    assert_eq!(days("watched"), [0, 29, 30, 59]);
}

#[tokio::test]
async fn a_view_that_is_counted_while_days_are_removed_is_kept() {
    let reporting = Reporting::start();
    reporting.put_shard("idle", &[60]);
    // The view is counted after the scan and before the removal.
    let mut counted = json!({"id": {"S": "idle"}, "shard": {"N": "0"}, "views": {"N": "10"}});
    for back in [0, 60] {
        counted[attribute(back)] = json!({"N": "1"});
    }
    let race = reporting.rank_assets.rank(TIMEOUT);
    let put = Calls::to("dynamodb").action("PutItem");
    reporting
        .cloud
        .script
        .next(1, put, Behaviour::Delay(Duration::from_millis(200)));
    let view = async {
        while reporting.lists().is_empty() {
            tokio::task::yield_now().await;
        }
        reporting.put(&counted);
    };
    let (ranked, ()) = tokio::join!(race, view);
    ranked.unwrap();
    assert_eq!(reporting.shard("idle"), counted);
    reporting.rank().await;
    assert_eq!(reporting.shard("idle").get(attribute(60)), None);
    assert_eq!(reporting.shard("idle")[attribute(0)], json!({"N": "1"}));
}

#[tokio::test]
async fn a_removal_that_dynamodb_refuses_is_an_error_after_the_lists_are_replaced() {
    let reporting = Reporting::start();
    reporting.put_shard("idle", &[60]);
    let update = Calls::to("dynamodb").action("UpdateItem");
    reporting.cloud.script.always(update, Behaviour::refuse());
    reporting.rank_assets.rank(TIMEOUT).await.unwrap_err();
    assert_eq!(reporting.list("days=all").await, list(&[("idle", 9)]));
}
