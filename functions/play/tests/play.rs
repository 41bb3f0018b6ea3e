//! The play endpoint in front of backends and a queue that each test scripts.
#![allow(clippy::unwrap_used, reason = "a test that fails should fail")]

mod time_limits;
mod world;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

use domain::{EventId, View, ViewWindow};
use fake_aws::{
    Answer,
    mutations::{assert_no_event_breaks, assert_what_nobody_reads_changes_nothing},
    refusals::assert_unavailable,
    requests::{event_with, sample, sample_with},
};
use lambda_http::Request;
use platform::{http::read_event, telemetry::correlation};
use play::Viewers;
use serde_json::{Value, json};

use crate::world::{Log, World, well};

fn not_found() -> Answer {
    Answer::reply(404, &json!({"id": "123", "status": "Asset not found"}))
}

fn answer_with(userviews: &Value, assetviews: &Value) -> Value {
    json!({
        "id": "123",
        "title": "It",
        "genre": "horror",
        "summary": "A very scary movie",
        "url": "path/to/asset123.mp4",
        "userviews": userviews,
        "assetviews": assetviews,
    })
}

#[tokio::test]
async fn a_play_answers_all_of_it_with_counts_that_include_this_view_and_queues_the_view() {
    let world = World::new(well);
    let reply = world.play().await.unwrap();
    assert_eq!(
        (reply.status.as_u16(), reply.body),
        (200, answer_with(&json!(5), &json!(42)))
    );
    let event = &world.queued()[0];
    assert_eq!(
        (&event["version"], &event["assetId"], &event["userId"]),
        (&json!(1), &json!("123"), &json!("8"))
    );
    assert_eq!(world.called(), ["get-content", "get-url", "get-views", "queue"]);
}

#[tokio::test]
async fn backends_get_the_request_that_the_gateway_would_send() {
    let world = World::new(well);
    world.play().await.unwrap();
    let event = &world.events("get-views")[0];
    assert_eq!(event["version"], "2.0");
    assert_eq!(event["rawPath"], "/events/asset/123/user/8");
    assert_eq!(event["pathParameters"], json!({"assetId": "123", "userId": "8"}));
    assert_eq!(event["requestContext"]["http"]["method"], "GET");
}

#[tokio::test]
async fn the_requests_id_goes_to_the_backends_and_with_the_view() {
    let world = World::new(well);
    let request = sample("play");
    let id = platform::http::correlation_id(&request);
    assert!(id.is_some());
    correlation::scope(id, world.answer(request)).await.unwrap();
    for backend in ["get-content", "get-url", "get-views"] {
        assert_eq!(
            world.events(backend)[0]["requestContext"]["requestId"],
            "Uh4kbjZ5liAEJ2Q="
        );
    }
    assert_eq!(world.queued()[0]["correlationId"], "Uh4kbjZ5liAEJ2Q=");
}

/// A play by user 8 with a token that the gateway has verified.
fn with_token_of(subject: impl Into<Value>) -> Request {
    let authorizer = json!({"jwt": {"claims": {"sub": subject.into(), "amr": null}, "scopes": null}});
    read_event(&event_with("play", &[("/requestContext/authorizer", authorizer)])).unwrap()
}

#[tokio::test]
async fn with_tokens_on_a_user_plays_as_nobody_else() {
    let mut world = World::new(well);
    world.dependencies.viewers = Viewers::WithToken;
    for request in [
        with_token_of("9"),
        with_token_of(8),
        with_token_of(Value::Null),
        sample("play"),
    ] {
        let reply = world.answer(request).await.unwrap_err().reply();
        assert_eq!(
            (reply.status.as_u16(), &reply.body["code"]),
            (403, &json!("not_the_user"))
        );
        assert_eq!(world.called(), [""; 0]);
    }
    let reply = world.answer(with_token_of("8")).await.unwrap();
    assert_eq!(reply.status.as_u16(), 200);
}

#[tokio::test]
async fn an_asset_without_metadata_or_url_is_not_found_and_not_counted() {
    for missing in ["get-content", "get-url"] {
        let world = World::new(move |target| if target == missing { not_found() } else { well(target) });
        let reply = world.play().await.unwrap_err().reply();
        let expected = json!({"id": "123", "status": "Asset not found", "code": "asset_not_found"});
        assert_eq!((reply.status.as_u16(), reply.body), (404, expected));
        assert!(!world.called().contains(&"queue".to_owned()));
    }
}

#[tokio::test(start_paused = true)]
async fn a_backend_that_fails_is_a_503_and_nothing_is_counted() {
    let crash = || Answer::now(200, "no reply");
    let odd = || Answer::reply(500, &json!({}));
    for fail in [crash as fn() -> Answer, Answer::silence, odd] {
        let world = World::new(move |target| if target == "get-content" { fail() } else { well(target) });
        assert_unavailable(world.play().await);
        assert!(!world.called().contains(&"queue".to_owned()));
    }
}

#[tokio::test(start_paused = true)]
async fn counts_that_cannot_be_read_in_time_are_null_and_the_view_counts() {
    let crash = || Answer::now(200, "no reply");
    for fail in [crash as fn() -> Answer, Answer::silence] {
        let world = World::new(move |target| if target == "get-views" { fail() } else { well(target) });
        assert_eq!(
            world.play().await.unwrap().body,
            answer_with(&Value::Null, &Value::Null)
        );
        assert_eq!(world.events("queue").len(), 1);
    }
}

#[tokio::test]
async fn a_hot_asset_costs_one_round_trip_and_a_missing_one_is_never_kept() {
    let world = World::with_cache(Duration::from_secs(30), well);
    world.play().await.unwrap();
    world.called();
    assert_eq!(world.play().await.unwrap().body["title"], "It");
    assert_eq!(world.called(), ["get-views", "queue"]);

    let world = World::with_cache(Duration::from_secs(30), |target| {
        if target == "get-url" { not_found() } else { well(target) }
    });
    for _ in 0..2 {
        world.play().await.unwrap_err();
        assert!(world.called().contains(&"get-url".to_owned()));
    }
}

#[tokio::test(start_paused = true)]
async fn a_deleted_asset_plays_no_longer_than_the_cache_keeps_it() {
    let is_deleted = Arc::new(AtomicBool::new(false));
    let deleted = Arc::clone(&is_deleted);
    let world = World::with_cache(Duration::from_secs(30), move |target| match target {
        "get-content" | "get-url" if deleted.load(Relaxed) => not_found(),
        other => well(other),
    });
    world.play().await.unwrap();
    is_deleted.store(true, Relaxed);
    tokio::time::advance(Duration::from_secs(29)).await;
    world.play().await.unwrap();
    assert_eq!(world.queued().len(), 2);
    tokio::time::advance(Duration::from_secs(1)).await;
    assert_eq!(world.play().await.unwrap_err().reply().status.as_u16(), 404);
    assert_eq!(world.queued().len(), 2);
}

#[tokio::test]
async fn a_play_tried_again_under_its_key_answers_what_was_recorded() {
    for (recorded, userviews, assetviews) in [(false, 5, 42), (true, 4, 41)] {
        let counts = json!({"userviews": 4, "assetviews": 41, "recorded": recorded});
        let world = World::with_cache(Duration::from_secs(30), move |target| match target {
            "get-views" => Answer::reply(200, &counts),
            other => well(other),
        });
        for cache in ["cold", "warm"] {
            let reply = world.play().await.unwrap();
            let expected = answer_with(&json!(userviews), &json!(assetviews));
            assert_eq!(reply.body, expected, "{cache}, recorded: {recorded}");
        }
    }
}

#[tokio::test]
async fn reporting_gets_the_id_of_a_view_with_a_key_and_no_other_backend_does() {
    let world = World::new(well);
    world.play().await.unwrap();
    assert_eq!(world.events("get-views")[0]["headers"], named(&world.queued()[0]));
    assert!(world.events("get-content")[0].get("headers").is_none());

    let world = World::new(well);
    world.answer(without_key()).await.unwrap();
    assert!(world.events("get-views")[0].get("headers").is_none());
}

#[tokio::test]
async fn reporting_is_asked_for_the_window_in_which_the_view_was_played() {
    let mut world = World::new(well);
    let window = ViewWindow::of_minutes(1);
    world.dependencies.window = window;
    world.answer(without_key()).await.unwrap();
    let view: View = serde_json::from_value(world.queued()[0].clone()).unwrap();
    let id = EventId::derived(&view.asset_id, &view.user_id, None, window, view.played_at);
    assert_eq!(Some(view.event_id), id);
    assert_eq!(world.events("get-views")[0]["headers"], named(&world.queued()[0]));
}

fn without_key() -> Request {
    read_event(&event_with("play", &[("/headers/idempotency-key", Value::Null)])).unwrap()
}

/// The headers that name a view to reporting.
fn named(view: &Value) -> Value {
    json!({"Event-Id": view["eventId"]})
}

#[tokio::test]
async fn one_key_is_one_event_and_no_key_is_a_new_one_each_time() {
    let event_ids = async |with_key: bool| {
        let world = World::new(well);
        for _ in 0..2 {
            let mut request = sample("play");
            if !with_key {
                request.headers_mut().remove("idempotency-key");
            }
            world.answer(request).await.unwrap();
        }
        let views = world.queued();
        views.iter().map(|view| view["eventId"].to_string()).collect::<Vec<_>>()
    };
    let [first, second] = event_ids(true).await.try_into().unwrap();
    assert_eq!(first, second);
    let [first, second] = event_ids(false).await.try_into().unwrap();
    assert_ne!(first, second);
}

#[tokio::test(start_paused = true)]
async fn a_view_that_the_queue_rejects_goes_straight_to_count_views() {
    let world = World::new(|target| if target == "queue" { failure() } else { well(target) });
    assert_eq!(world.play().await.unwrap().status.as_u16(), 200);
    let events = world.events("count-views");
    assert_eq!((events.len(), &events[0]["assetId"]), (1, &json!("123")));
}

#[tokio::test(start_paused = true)]
async fn a_view_that_nothing_accepts_is_whole_in_the_log_and_the_play_is_answered() {
    let (log, _guard) = Log::start();
    let world = World::new(|target| match target {
        "queue" | "count-views" => failure(),
        other => well(other),
    });
    assert_eq!(world.play().await.unwrap().status.as_u16(), 200);
    let views = log.views();
    assert_eq!(views.len(), 1);
    assert_eq!((views[0].asset_id.as_str(), views[0].user_id.as_str()), ("123", "8"));
}

fn failure() -> Answer {
    Answer::error(500, "InternalError")
}

#[tokio::test]
async fn a_bad_id_calls_nothing() {
    let world = World::new(well);
    for (asset, user, field) in [("a b", "8", "assetId"), ("123", "", "userId")] {
        let request = sample_with("play", &[("assetId", asset), ("userId", user)]);
        let reply = world.answer(request).await.unwrap_err().reply();
        assert_eq!((reply.status.as_u16(), &reply.body["field"]), (400, &json!(field)));
    }
    assert_eq!(world.called(), [""; 0]);
}

#[tokio::test]
async fn no_event_breaks_a_play() {
    let world = World::new(well);
    assert_what_nobody_reads_changes_nothing("play", |request| world.answer(request)).await;
    assert_no_event_breaks("play", |request| world.answer(request)).await;
}
