//! The play endpoint in front of backends and a queue that each test scripts.
#![allow(clippy::unwrap_used, reason = "a test that fails should fail")]

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use fake_aws::{
    Answer, Call, answering, backends,
    requests::{sample, sample_event, sample_with},
};
use lambda_http::Request;
use platform::{
    http::{Error, Reply},
    telemetry::correlation,
};
use play::{ASSET_LIMIT, COUNTS_LIMIT, Cache, Dependencies, Names, Viewers, play};
use serde_json::{Value, json};

/// The play handler in front of backends and a queue.
struct World {
    dependencies: Dependencies,
    calls: Arc<Mutex<Vec<Call>>>,
}

impl World {
    fn new(answer: impl Fn(&str) -> Answer + Send + Sync + 'static) -> Self {
        Self::with_cache(Duration::ZERO, answer)
    }

    fn with_cache(life: Duration, answer: impl Fn(&str) -> Answer + Send + Sync + 'static) -> Self {
        let calls = Arc::default();
        let seen: Arc<Mutex<Vec<Call>>> = Arc::clone(&calls);
        let clients = answering(move |call| {
            seen.lock().unwrap().push(call.clone());
            answer(&target(call))
        });
        let names = Names {
            get_content: "get-content".to_owned(),
            get_url: "get-url".to_owned(),
            get_views: "get-views".to_owned(),
            count_views: "count-views".to_owned(),
            queue_url: "https://sqs.us-east-1.amazonaws.com/1/events".to_owned(),
        };
        let dependencies = Dependencies::new(&clients, names, Viewers::Anyone, Cache::new(life));
        Self { dependencies, calls }
    }

    async fn play(&self) -> Result<Reply, Error> {
        play(&self.dependencies, sample("play")).await
    }

    /// The functions called, and the queue, sorted.
    fn called(&self) -> Vec<String> {
        let mut targets: Vec<_> = self.calls.lock().unwrap().drain(..).map(|call| target(&call)).collect();
        targets.sort();
        targets
    }

    /// The requests that reached a function or the queue.
    fn events(&self, at: &str) -> Vec<Value> {
        let calls = self.calls.lock().unwrap();
        let of = |call: &Call| serde_json::from_str::<Value>(&call.body).unwrap();
        calls.iter().filter(|call| target(call) == at).map(of).collect()
    }
}

/// The function invoked, or "queue".
fn target(call: &Call) -> String {
    call.function().unwrap_or_else(|| "queue".to_owned())
}

/// Every dependency answers.
fn well(target: &str) -> Answer {
    match target {
        "queue" => Answer::now(200, r#"{"MessageId":"1"}"#),
        "count-views" => Answer::now(202, ""),
        function => backends::reply(function).unwrap(),
    }
}

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
    let sent = world.events("queue");
    let event: Value = serde_json::from_str(sent[0]["MessageBody"].as_str().unwrap()).unwrap();
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
    correlation::scope(id, play(&world.dependencies, request))
        .await
        .unwrap();
    for backend in ["get-content", "get-url", "get-views"] {
        assert_eq!(
            world.events(backend)[0]["requestContext"]["requestId"],
            "Uh4kbjZ5liAEJ2Q="
        );
    }
    let event: Value = serde_json::from_str(world.events("queue")[0]["MessageBody"].as_str().unwrap()).unwrap();
    assert_eq!(event["correlationId"], "Uh4kbjZ5liAEJ2Q=");
}

/// A play by user 8 with a token that the gateway has verified.
fn with_token_of(subject: &str) -> Request {
    let mut event: Value = serde_json::from_str(&sample_event("play")).unwrap();
    event["requestContext"]["authorizer"] = json!({"jwt": {"claims": {"sub": subject}, "scopes": null}});
    lambda_http::request::from_str(&event.to_string()).unwrap()
}

#[tokio::test]
async fn where_tokens_are_asked_for_a_user_plays_as_nobody_else() {
    let mut world = World::new(well);
    world.dependencies.viewers = Viewers::WithToken;
    for request in [with_token_of("9"), sample("play")] {
        let reply = play(&world.dependencies, request).await.unwrap_err().reply();
        assert_eq!(
            (reply.status.as_u16(), &reply.body["code"]),
            (403, &json!("not_the_user"))
        );
        assert_eq!(world.called(), [""; 0]);
    }
    let reply = play(&world.dependencies, with_token_of("8")).await.unwrap();
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
async fn a_backend_that_fails_is_told_as_unavailable_and_nothing_is_counted() {
    let crash = || Answer::now(200, "no reply");
    let late = || well("get-content").after(ASSET_LIMIT * 2);
    let odd = || Answer::reply(500, &json!({}));
    for fail in [crash as fn() -> Answer, late, odd] {
        let world = World::new(move |target| if target == "get-content" { fail() } else { well(target) });
        let reply = world.play().await.unwrap_err().reply();
        assert_eq!(
            (reply.status.as_u16(), &reply.body["code"]),
            (503, &json!("unavailable"))
        );
        assert!(!world.called().contains(&"queue".to_owned()));
    }
}

#[tokio::test(start_paused = true)]
async fn counts_that_cannot_be_read_in_time_are_null_and_the_view_counts_all_the_same() {
    let crash = || Answer::now(200, "no reply");
    let late = || well("get-views").after(COUNTS_LIMIT * 2);
    for fail in [crash as fn() -> Answer, late] {
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

#[tokio::test]
async fn one_key_is_one_event_and_no_key_is_a_new_one_each_time() {
    let event_ids = async |with_key: bool| {
        let world = World::new(well);
        for _ in 0..2 {
            let mut request = sample("play");
            if !with_key {
                request.headers_mut().remove("idempotency-key");
            }
            play(&world.dependencies, request).await.unwrap();
        }
        let id = |sent: &Value| {
            let event: Value = serde_json::from_str(sent["MessageBody"].as_str().unwrap()).unwrap();
            event["eventId"].to_string()
        };
        world.events("queue").iter().map(id).collect::<Vec<_>>()
    };
    let [first, second] = event_ids(true).await.try_into().unwrap();
    assert_eq!(first, second);
    let [first, second] = event_ids(false).await.try_into().unwrap();
    assert_ne!(first, second);
}

#[tokio::test(start_paused = true)]
async fn a_view_that_the_queue_refuses_goes_straight_to_count_views() {
    let refused = || Answer::now(500, r#"{"__type":"InternalError"}"#);
    let world = World::new(move |target| if target == "queue" { refused() } else { well(target) });
    assert_eq!(world.play().await.unwrap().status.as_u16(), 200);
    let events = world.events("count-views");
    assert_eq!((events.len(), &events[0]["assetId"]), (1, &json!("123")));
}

#[tokio::test(start_paused = true)]
async fn a_play_goes_on_even_when_nothing_takes_its_view() {
    let refused = || Answer::now(500, "{}");
    let world = World::new(move |target| {
        if ["queue", "count-views"].contains(&target) {
            refused()
        } else {
            well(target)
        }
    });
    assert_eq!(world.play().await.unwrap().status.as_u16(), 200);
}

#[tokio::test]
async fn a_bad_id_calls_nothing() {
    let world = World::new(well);
    for (asset, user, field) in [("a b", "8", "assetId"), ("123", "", "userId")] {
        let request = sample_with("play", &[("assetId", asset), ("userId", user)]);
        let reply = play(&world.dependencies, request).await.unwrap_err().reply();
        assert_eq!((reply.status.as_u16(), &reply.body["field"]), (400, &json!(field)));
    }
    assert_eq!(world.called(), [""; 0]);
}
