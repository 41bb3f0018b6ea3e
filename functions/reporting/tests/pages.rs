//! Reads of whole tables, which DynamoDB answers in pages.
#![allow(clippy::unwrap_used, reason = "a test that fails should fail")]

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use domain::View;
use fake_aws::{Engine, requests::sample_with_query};
use reporting::{
    Ledger, RankAssets, Rankings, Tables, UserRecords,
    audit::{Snapshot, audit},
    get_top_assets,
};
use serde_json::json;
use tokio::time::Instant;

/// Plays by asset and user.
const PLAYS: [(&str, &str); 6] = [("a", "u"), ("b", "u"), ("b", "v"), ("c", "u"), ("c", "v"), ("c", "w")];

/// Tables that hold [`PLAYS`] and answer in pages of one item.
async fn played() -> (Engine, Client) {
    let engine = Engine::for_reporting().with_short_pages();
    let client = engine.aws().dynamodb();
    let ledger = Ledger::new(client.clone(), Tables::with_prefix(""), 4);
    for (asset, user) in PLAYS {
        let view = View::now(asset.parse().unwrap(), user.parse().unwrap(), None);
        let counted = ledger.record(vec![view], Instant::now() + Duration::from_secs(5)).await;
        assert_eq!(counted.counted, 1);
    }
    (engine, client)
}

#[tokio::test]
async fn an_audit_reads_every_page() {
    let (_engine, client) = played().await;
    let tables = Tables::with_prefix("");
    let found = audit(&client, &tables, Snapshot::default(), |_| ()).await.unwrap();
    assert_eq!((found.markers, found.differences), (6, vec![]));
}

#[tokio::test]
async fn a_ranking_reads_every_page() {
    let (_engine, client) = played().await;
    let rankings = Rankings::new(client.clone(), "rankings".to_owned());
    let rank_assets = RankAssets::new(client, "asset-counters".to_owned(), rankings.clone());
    rank_assets.rank(Duration::from_mins(15)).await.unwrap();
    let top = get_top_assets(&rankings, sample_with_query("get-top-assets", "")).await;
    let ranked = json!([{"id": "c", "views": 3}, {"id": "b", "views": 2}, {"id": "a", "views": 1}]);
    assert_eq!(top.unwrap().body["assets"], ranked);
}

#[tokio::test]
async fn an_export_reads_every_page() {
    let (_engine, client) = played().await;
    let records = UserRecords::new(client, "markers".to_owned(), "user-counters".to_owned());
    let export = records.export(&"u".parse().unwrap(), |_| ()).await.unwrap();
    assert_eq!(export.markers.len(), 3);
}
