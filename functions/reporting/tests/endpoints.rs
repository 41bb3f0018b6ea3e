//! The reporting endpoints against a DynamoDB engine.
#![allow(clippy::unwrap_used, reason = "a test that fails should fail")]

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use aws_sdk_dynamodb::Client;
use domain::{EventId, Timestamp, View, ViewWindow};
use fake_aws::{
    Call, Engine, answering,
    mutations::assert_no_event_breaks,
    refusals::assert_unavailable,
    requests::{event_with, sample, sample_with},
};
use lambda_http::http::HeaderValue;
use platform::http::{Error, Reply, read_event};
use reporting::{
    AssetCounters, Counts, Ledger, Markers, Tables, UserCounters, UserRecords, delete_user_views, get_asset_views,
    get_user_views, get_views, post_view,
};
use serde_json::{Value, json};
use tokio::time::Instant;

struct Reporting {
    ledger: Ledger,
    counts: Counts,
    markers: Markers,
    users: UserCounters,
    assets: AssetCounters,
}

impl Reporting {
    fn start() -> Self {
        Self::on(&Tables::with_prefix(""))
    }

    fn on(tables: &Tables) -> Self {
        Self::with(Engine::for_reporting().aws().dynamodb(), tables)
    }

    fn with(client: Client, tables: &Tables) -> Self {
        Self {
            ledger: Ledger::new(client.clone(), tables.clone(), 4),
            counts: Counts::new(client.clone(), tables),
            markers: Markers::new(client.clone(), tables.markers.clone()),
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
        post_view(None, &self.ledger, &self.counts, request).await.unwrap().body
    }

    /// The counts of the asset 123 and the user 8.
    async fn read(&self, key: Option<&str>) -> Value {
        let headers = json!({"idempotency-key": key});
        self.read_with(headers).await.unwrap().body
    }

    async fn read_with(&self, headers: Value) -> Result<Reply, Error> {
        let request = read_event(&event_with("get-views", &[("/headers", headers)])).unwrap();
        get_views(&self.counts, &self.markers, request).await
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
    let by_both = reporting.read(None).await;
    assert_eq!(by_both, json!({"userviews": 1, "assetviews": 2}));
}

#[tokio::test]
async fn with_a_key_the_counts_say_whether_its_view_is_in_them() {
    let reporting = Reporting::start();
    reporting.view("123", "8", None).await;
    assert_eq!(
        reporting.read(Some("k")).await,
        json!({"userviews": 1, "assetviews": 1, "recorded": false})
    );
    reporting.view("123", "8", Some("k")).await;
    reporting.view("123", "9", Some("l")).await;
    assert_eq!(
        reporting.read(Some("k")).await,
        json!({"userviews": 2, "assetviews": 3, "recorded": true})
    );
    assert_eq!(
        reporting.read(Some("l")).await,
        json!({"userviews": 2, "assetviews": 3, "recorded": false}),
        "the key is another user's"
    );
}

#[tokio::test]
async fn a_view_is_looked_up_in_the_window_of_its_play_though_the_next_one_has_begun() {
    let reporting = Reporting::start();
    let window = ViewWindow::of_minutes(30);
    let played = |at: &str| {
        let (asset, user) = ("123".parse().unwrap(), "8".parse().unwrap());
        let at = Timestamp::try_from(at.to_owned()).unwrap();
        let id = EventId::derived(&asset, &user, None, window, at).unwrap();
        View::new(id, asset, user, at)
    };
    let first = played("2026-11-25T12:29:00Z");
    let repeated = played("2026-11-25T12:29:59.999Z");
    let next = played("2026-11-25T12:30:00Z");
    let end = Instant::now() + Duration::from_secs(10);
    assert!(reporting.ledger.record(vec![first], end).await.failed.is_empty());
    for (view, recorded) in [(repeated, true), (next, false)] {
        // A key does not change which view is looked up.
        for key in [Value::Null, json!("k")] {
            let headers = json!({"event-id": view.event_id, "idempotency-key": key});
            assert_eq!(
                reporting.read_with(headers).await.unwrap().body,
                json!({"userviews": 1, "assetviews": 1, "recorded": recorded}),
                "{view:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_malformed_event_id_is_rejected() {
    let reporting = Reporting::start();
    let one = EventId::unique().to_string();
    for bad in [
        "",
        "k",
        &one.replace('-', ""),
        &format!("{one},{one}"),
        "00000000-0000-0000-0000-000000000000",
    ] {
        let reply = reporting.read_with(json!({"event-id": bad})).await.unwrap_err().reply();
        assert_eq!(
            (reply.status.as_u16(), &reply.body["code"], &reply.body["field"]),
            (400, &json!("invalid_event_id"), &json!("Event-Id")),
            "{bad}"
        );
    }
}

#[tokio::test]
async fn counts_are_read_again_consistently_once_their_view_is_recorded() {
    let reads = Arc::<Mutex<Vec<(String, bool)>>>::default();
    let (engine, seen) = (Engine::for_reporting(), Arc::clone(&reads));
    let client = answering(move |call| {
        let request = call.json();
        let table = request["TableName"].as_str().unwrap_or("transaction").to_owned();
        seen.lock().unwrap().push((table, request["ConsistentRead"] == true));
        engine.carry_out(call)
    })
    .dynamodb();
    let reporting = Reporting::with(client, &Tables::with_prefix(""));
    reporting.view("123", "8", Some("k")).await;
    for (key, after_the_marker) in [("k", 2), ("another", 0)] {
        reads.lock().unwrap().clear();
        reporting.read(Some(key)).await;
        let reads = reads.lock().unwrap();
        assert_eq!(reads[2], ("markers".to_owned(), true));
        assert!(reads[..2].iter().all(|(_, consistent)| !consistent), "{reads:?}");
        assert!(reads[3..].iter().all(|(_, consistent)| *consistent), "{reads:?}");
        assert_eq!(reads.len(), 3 + after_the_marker);
    }
}

#[tokio::test]
async fn a_view_that_is_counted_during_the_reads_is_in_the_counts_exactly_if_it_is_recorded() {
    let written = transaction_of_a_view("k").await;
    for read in 0..3 {
        let (engine, written, reads) = (Engine::for_reporting(), written.clone(), AtomicUsize::new(0));
        let counted = engine.clone();
        let client = answering(move |call| {
            if reads.fetch_add(1, Ordering::Relaxed) == read {
                drop(engine.carry_out(&written));
            }
            engine.carry_out(call)
        })
        .dynamodb();
        let answer = Reporting::with(client, &Tables::with_prefix("")).read(Some("k")).await;
        let counts = json!([answer["userviews"], answer["assetviews"]]);
        assert!(
            answer["recorded"] == true && counts == json!([1, 1]),
            "before read {read}: {answer}"
        );
        assert_eq!(counted.items_of("markers").len(), 1);
    }
}

/// The request that counts a view of the asset 123 by the user 8 with this key.
async fn transaction_of_a_view(key: &'static str) -> Call {
    let calls = Arc::<Mutex<Vec<Call>>>::default();
    let (engine, seen) = (Engine::for_reporting(), Arc::clone(&calls));
    let client = answering(move |call| {
        seen.lock().unwrap().push(call.clone());
        engine.carry_out(call)
    })
    .dynamodb();
    Reporting::with(client, &Tables::with_prefix(""))
        .view("123", "8", Some(key))
        .await;
    let calls = calls.lock().unwrap();
    calls
        .iter()
        .find(|call| call.action == "TransactWriteItems")
        .unwrap()
        .clone()
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
    assert_eq!(reporting.read(None).await, json!({"userviews": 0, "assetviews": 0}));
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
        let reply = post_view(None, &reporting.ledger, &reporting.counts, request)
            .await
            .unwrap_err()
            .reply();
        assert_eq!(
            (reply.status.as_u16(), &reply.body["code"], &reply.body["field"]),
            (400, &json!(code), &json!(field))
        );
    }
    assert_eq!(reporting.read(None).await, json!({"userviews": 0, "assetviews": 0}));
}

#[tokio::test]
async fn a_view_that_cannot_be_counted_is_answered_as_unavailable() {
    let reporting = Reporting::on(&Tables::with_prefix("another-"));
    assert_unavailable(post_view(None, &reporting.ledger, &reporting.counts, sample("post-view")).await);
}

#[tokio::test]
async fn no_event_breaks_an_endpoint() {
    let reporting = &Reporting::start();
    let post_view = |request| post_view(None, &reporting.ledger, &reporting.counts, request);
    assert_no_event_breaks("post-view", post_view).await;
    assert_no_event_breaks("get-user-views", |request| get_user_views(&reporting.users, request)).await;
    assert_no_event_breaks("get-asset-views", |request| get_asset_views(&reporting.assets, request)).await;
    let get_views = |request| get_views(&reporting.counts, &reporting.markers, request);
    assert_no_event_breaks("get-views", get_views).await;
}

#[tokio::test]
async fn within_a_window_a_users_views_of_an_asset_without_a_key_are_one() {
    let window = ViewWindow::of_minutes(1_440);
    let reporting = Reporting::start();
    let view = async |asset: &str, user: &str| {
        let mut request = sample_with("post-view", &[("assetId", asset), ("userId", user)]);
        request.headers_mut().remove("idempotency-key");
        let reply = post_view(window, &reporting.ledger, &reporting.counts, request).await;
        reply.unwrap().body
    };
    for _ in 0..2 {
        assert_eq!(view("123", "8").await, json!({"userviews": 1, "assetviews": 1}));
    }
    assert_eq!(view("456", "8").await, json!({"userviews": 2, "assetviews": 1}));
    assert_eq!(view("123", "9").await, json!({"userviews": 1, "assetviews": 2}));
    // A key goes before the window.
    assert_eq!(
        reporting.view("123", "8", Some("k")).await,
        json!({"userviews": 3, "assetviews": 3})
    );
}

#[tokio::test]
async fn a_user_who_is_forgotten_is_not_found_and_leaves_a_tombstone() {
    let engine = Engine::for_reporting();
    let client = engine.aws().dynamodb();
    let reporting = Reporting::with(client.clone(), &Tables::with_prefix(""));
    let records = UserRecords::new(client, "markers".to_owned(), "user-counters".to_owned());
    reporting.view("123", "8", None).await;
    for _ in 0..2 {
        let reply = delete_user_views(&records, sample("delete-user-views")).await.unwrap();
        assert_eq!((reply.status.as_u16(), reply.body), (200, json!({"status": "ok"})));
    }
    let reply = get_user_views(&reporting.users, sample("get-user-views")).await;
    assert_eq!(reply.unwrap_err().reply().status.as_u16(), 404);
    let reply = get_asset_views(&reporting.assets, sample("get-asset-views")).await;
    assert_eq!(reply.unwrap().body, json!({"id": "123", "views": 1}));
    let tombstones: Vec<_> = engine
        .items_of("markers")
        .into_iter()
        .filter(|item| item["forgottenAt"].is_object())
        .collect();
    let [tombstone] = tombstones.as_slice() else {
        panic!("{tombstones:?}")
    };
    assert_eq!(
        (&tombstone["id"]["S"], &tombstone["userId"]["S"]),
        (&json!("forgotten#8"), &json!("8"))
    );
    let expires: i64 = tombstone["expires"]["N"].as_str().unwrap().parse().unwrap();
    assert_eq!((expires - Timestamp::now().as_secs() + 60) / (24 * 60 * 60), 43);
    // A view that comes later brings the user back with that view alone.
    assert_eq!(
        reporting.view("123", "8", None).await,
        json!({"userviews": 1, "assetviews": 2})
    );
}

#[tokio::test]
async fn a_user_who_cannot_be_forgotten_now_is_answered_as_unavailable_and_a_bad_id_as_bad() {
    let client = Engine::for_reporting().aws().dynamodb();
    let records = UserRecords::new(client, "markers".to_owned(), "gone".to_owned());
    assert_unavailable(delete_user_views(&records, sample("delete-user-views")).await);
    let bad = sample_with("delete-user-views", &[("userId", "a b")]);
    let reply = delete_user_views(&records, bad).await.unwrap_err().reply();
    assert_eq!(
        (reply.status.as_u16(), &reply.body["code"]),
        (400, &json!("invalid_user_id"))
    );
}
