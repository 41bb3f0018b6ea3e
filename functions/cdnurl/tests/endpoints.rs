//! The cdnurl endpoints against a DynamoDB engine.
#![allow(clippy::unwrap_used, reason = "a test that fails should fail")]

use cdnurl::{delete_url, get_url, post_url};
use fake_aws::{
    Engine, TABLE,
    mutations::assert_no_event_breaks,
    requests::{sample, sample_with, sample_with_body},
};
use platform::aws::AssetTable;
use serde_json::json;

fn table() -> AssetTable {
    AssetTable::new(Engine::with_table(&["id"]).aws().dynamodb(), TABLE.to_owned())
}

#[tokio::test]
async fn a_posted_url_can_be_read() {
    let table = table();
    let reply = post_url(&table, sample("post-url")).await.unwrap();
    assert_eq!((reply.status.as_u16(), reply.body), (200, json!({"status": "ok"})));
    let reply = get_url(&table, sample("get-url")).await.unwrap();
    assert_eq!(reply.body, json!({"id": "123", "url": "path/to/asset123.mp4"}));
}

#[tokio::test]
async fn a_deleted_url_is_not_found_and_can_be_deleted_again() {
    let table = table();
    post_url(&table, sample("post-url")).await.unwrap();
    for _ in 0..2 {
        let reply = delete_url(&table, sample("delete-url")).await.unwrap();
        assert_eq!((reply.status.as_u16(), reply.body), (200, json!({"status": "ok"})));
        let reply = get_url(&table, sample("get-url")).await.unwrap_err().reply();
        assert_eq!(reply.status.as_u16(), 404);
    }
}

#[tokio::test]
async fn an_unknown_asset_is_not_found() {
    let error = get_url(&table(), sample_with("get-url", &[("assetId", "456")]))
        .await
        .unwrap_err();
    assert_eq!(error.reply().status.as_u16(), 404);
}

#[tokio::test]
async fn a_bad_url_is_rejected_and_changes_nothing() {
    let table = table();
    post_url(&table, sample("post-url")).await.unwrap();
    for (body, code) in [
        (r#"{"url":"javascript:alert(1)"}"#, "invalid_value"),
        (r#"{"url":["a"]}"#, "wrong_type"),
        (r#"{"url":"a","id":"456"}"#, "unknown_field"),
        ("{}", "missing_field"),
    ] {
        let reply = post_url(&table, sample_with_body("post-url", body))
            .await
            .unwrap_err()
            .reply();
        assert_eq!(
            (reply.status.as_u16(), &reply.body["code"]),
            (400, &json!(code)),
            "{body}"
        );
    }
    let reply = get_url(&table, sample("get-url")).await.unwrap();
    assert_eq!(reply.body["url"], "path/to/asset123.mp4");
}

#[tokio::test]
async fn no_event_breaks_an_endpoint() {
    let table = table();
    assert_no_event_breaks("get-url", |request| get_url(&table, request)).await;
    assert_no_event_breaks("post-url", |request| post_url(&table, request)).await;
    assert_no_event_breaks("delete-url", |request| delete_url(&table, request)).await;
}
