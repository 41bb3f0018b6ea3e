//! The reporting endpoints against a DynamoDB engine.
#![allow(clippy::unwrap_used, reason = "a test that fails should fail")]

use fake_aws::{
    Engine,
    mutations::assert_no_event_breaks,
    requests::{sample, sample_with},
};
use lambda_http::http::HeaderValue;
use reporting::{
    AssetCounters, Counts, Ledger, Tables, UserCounters, get_asset_views, get_user_views, get_views, post_view,
};
use serde_json::{Value, json};

struct Reporting {
    ledger: Ledger,
    counts: Counts,
    users: UserCounters,
    assets: AssetCounters,
}

impl Reporting {
    fn start() -> Self {
        Self::on(&Tables::with_prefix(""))
    }

    fn on(tables: &Tables) -> Self {
        let client = Engine::for_reporting().aws().dynamodb();
        Self {
            ledger: Ledger::new(client.clone(), tables.clone(), 4),
            counts: Counts::new(client.clone(), tables),
            users: UserCounters::new(client.clone(), tables.user_counters.clone()),
            assets: AssetCounters::new(client, tables.asset_counters.clone()),
        }
    }

    async fn view(&self, asset: &str, user: &str, key: Option<&'static str>) -> Value {
        let mut request = sample_with("post-view", &[("assetId", asset), ("userId", user)]);
        request.headers_mut().remove("idempotency-key");
        if let Some(key) = key {
            request
                .headers_mut()
                .insert("idempotency-key", HeaderValue::from_static(key));
        }
        post_view(&self.ledger, &self.counts, request).await.unwrap().body
    }
}

#[tokio::test]
async fn a_view_is_answered_with_the_counts_after_it() {
    let reporting = Reporting::start();
    assert_eq!(
        reporting.view("123", "8", None).await,
        json!({"userviews": 1, "assetviews": 1})
    );
    assert_eq!(
        reporting.view("456", "8", None).await,
        json!({"userviews": 2, "assetviews": 1})
    );
    assert_eq!(
        reporting.view("456", "9", None).await,
        json!({"userviews": 1, "assetviews": 2})
    );
}

#[tokio::test]
async fn the_same_key_counts_once_for_an_asset_and_a_user() {
    let reporting = Reporting::start();
    for _ in 0..3 {
        assert_eq!(
            reporting.view("123", "8", Some("k")).await,
            json!({"userviews": 1, "assetviews": 1})
        );
    }
    assert_eq!(
        reporting.view("123", "9", Some("k")).await,
        json!({"userviews": 1, "assetviews": 2})
    );
    assert_eq!(
        reporting.view("456", "8", Some("k")).await,
        json!({"userviews": 2, "assetviews": 1})
    );
}

#[tokio::test]
async fn counts_are_read_by_user_by_asset_and_by_both() {
    let reporting = Reporting::start();
    reporting.view("123", "8", None).await;
    reporting.view("123", "1", None).await;
    let by_user = get_user_views(&reporting.users, sample("get-user-views"))
        .await
        .unwrap();
    assert_eq!(by_user.body, json!({"id": "8", "views": 1}));
    let by_asset = get_asset_views(&reporting.assets, sample("get-asset-views"))
        .await
        .unwrap();
    assert_eq!(by_asset.body, json!({"id": "123", "views": 2}));
    let by_both = get_views(&reporting.counts, sample("get-views")).await.unwrap();
    assert_eq!(by_both.body, json!({"userviews": 1, "assetviews": 2}));
}

#[tokio::test]
async fn an_asset_or_user_without_views_is_not_found_or_zero() {
    let reporting = Reporting::start();
    let reply = get_user_views(&reporting.users, sample("get-user-views"))
        .await
        .unwrap_err()
        .reply();
    let expected = json!({"id": "8", "status": "User not found", "code": "user_not_found"});
    assert_eq!((reply.status.as_u16(), reply.body), (404, expected));
    let reply = get_asset_views(&reporting.assets, sample("get-asset-views"))
        .await
        .unwrap_err()
        .reply();
    let expected = json!({"id": "123", "status": "Asset not found", "code": "asset_not_found"});
    assert_eq!((reply.status.as_u16(), reply.body), (404, expected));
    let reply = get_views(&reporting.counts, sample("get-views")).await.unwrap();
    assert_eq!(reply.body, json!({"userviews": 0, "assetviews": 0}));
}

#[tokio::test]
async fn a_bad_id_or_key_is_rejected_and_not_counted() {
    let reporting = Reporting::start();
    let mut bad_key = sample("post-view");
    bad_key
        .headers_mut()
        .insert("idempotency-key", HeaderValue::from_static("two words"));
    let bad_user = sample_with("post-view", &[("assetId", "123"), ("userId", "a b")]);
    for (request, code, field) in [
        (bad_key, "invalid_idempotency_key", "Idempotency-Key"),
        (bad_user, "invalid_user_id", "userId"),
    ] {
        let reply = post_view(&reporting.ledger, &reporting.counts, request)
            .await
            .unwrap_err()
            .reply();
        assert_eq!(
            (reply.status.as_u16(), &reply.body["code"], &reply.body["field"]),
            (400, &json!(code), &json!(field))
        );
    }
    let reply = get_views(&reporting.counts, sample("get-views")).await.unwrap();
    assert_eq!(reply.body, json!({"userviews": 0, "assetviews": 0}));
}

#[tokio::test]
async fn a_view_that_cannot_be_counted_is_answered_as_unavailable() {
    let reporting = Reporting::on(&Tables::with_prefix("another-"));
    let reply = post_view(&reporting.ledger, &reporting.counts, sample("post-view"))
        .await
        .unwrap_err()
        .reply();
    assert_eq!(
        (reply.status.as_u16(), &reply.body["code"]),
        (503, &json!("unavailable"))
    );
}

#[tokio::test]
async fn no_event_breaks_an_endpoint() {
    let reporting = &Reporting::start();
    let post_view = |request| post_view(&reporting.ledger, &reporting.counts, request);
    assert_no_event_breaks("post-view", post_view).await;
    assert_no_event_breaks("get-user-views", |request| get_user_views(&reporting.users, request)).await;
    assert_no_event_breaks("get-asset-views", |request| get_asset_views(&reporting.assets, request)).await;
    assert_no_event_breaks("get-views", |request| get_views(&reporting.counts, request)).await;
}
