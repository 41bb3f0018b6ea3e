//! The play endpoint in front of backends and a queue that answer as told.
#![allow(clippy::unwrap_used, reason = "a test that fails should fail")]

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use lambda_http::Request;
use platform::{
    aws::invoke::Backend,
    http::{Error, Reply},
    telemetry::correlation,
};
use play::{Cache, Catalogue, Dependencies, Publisher, Reporting, Viewers, play};
use serde_json::{Value, json};
use support::{
    aws::{self, Answer, Call},
    requests::{sample, sample_event, sample_with},
};

const LIMIT: Duration = Duration::from_secs(2);

/// Play with everything behind it; a test changes the answers.
struct World {
    services: Dependencies,
    calls: Arc<Mutex<Vec<Call>>>,
}

impl World {
    fn new(answer: impl Fn(&str) -> Answer + Send + Sync + 'static) -> Self {
        Self::with_cache(Duration::ZERO, answer)
    }

    fn with_cache(life: Duration, answer: impl Fn(&str) -> Answer + Send + Sync + 'static) -> Self {
        let calls = Arc::default();
        let seen: Arc<Mutex<Vec<Call>>> = Arc::clone(&calls);
        let aws = aws::answering(move |call| {
            seen.lock().unwrap().push(call.clone());
            answer(target(call))
        });
        let lambda = aws.lambda();
        let backend = |name: &str, route| Backend::new(lambda.clone(), name.to_owned(), route, LIMIT);
        let services = Dependencies {
            viewers: Viewers::Anyone,
            catalogue: Catalogue {
                content: backend("content", "/content/asset/{assetId}"),
                url: backend("url", "/url/asset/{assetId}"),
                cache: Cache::new(life),
            },
            reporting: Reporting(backend("views", "/events/asset/{assetId}/user/{userId}")),
            publisher: Publisher {
                sqs: aws.sqs(),
                queue_url: "https://sqs.us-east-1.amazonaws.com/1/events".to_owned(),
                lambda: lambda.clone(),
                count_views_function: "count".to_owned(),
            },
        };
        Self { services, calls }
    }

    async fn play(&self) -> Result<Reply, Error> {
        play(&self.services, sample("play")).await
    }

    /// What was called, sorted.
    fn called(&self) -> Vec<String> {
        let mut targets: Vec<_> = self
            .calls
            .lock()
            .unwrap()
            .drain(..)
            .map(|call| target(&call).to_owned())
            .collect();
        targets.sort();
        targets
    }

    /// The events that reached a target.
    fn events(&self, at: &str) -> Vec<Value> {
        let calls = self.calls.lock().unwrap();
        let of = |call: &Call| serde_json::from_str::<Value>(&call.body).unwrap();
        calls.iter().filter(|call| target(call) == at).map(of).collect()
    }
}

/// The function invoked, or "queue".
fn target(call: &Call) -> &str {
    call.function().unwrap_or("queue")
}

fn backend_reply(http_status: u16, body: &Value) -> Answer {
    let reply = json!({"statusCode": http_status, "headers": {}, "multiValueHeaders": {}, "body": body.to_string(), "isBase64Encoded": false, "cookies": []});
    Answer::now(200, reply.to_string())
}

/// What everything answers when all is well.
fn well(target: &str) -> Answer {
    match target {
        "content" => backend_reply(
            200,
            &json!({"id": "123", "title": "It", "genre": "horror", "summary": "S"}),
        ),
        "url" => backend_reply(200, &json!({"id": "123", "url": "it.mp4"})),
        "views" => backend_reply(200, &json!({"userviews": 4, "assetviews": 41})),
        "queue" => Answer::now(200, r#"{"MessageId":"1"}"#),
        "count" => Answer::now(202, ""),
        other => panic!("nothing else should be called: {other}"),
    }
}

fn not_found() -> Answer {
    backend_reply(404, &json!({"id": "123", "status": "Asset not found"}))
}

fn answer_with(userviews: &Value, assetviews: &Value) -> Value {
    json!({"id": "123", "title": "It", "genre": "horror", "summary": "S", "url": "it.mp4",
           "userviews": userviews, "assetviews": assetviews})
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
    assert_eq!(world.called(), ["content", "queue", "url", "views"]);
}

#[tokio::test]
async fn backends_get_the_request_that_the_gateway_would_send() {
    let world = World::new(well);
    world.play().await.unwrap();
    let event = &world.events("views")[0];
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
    correlation::scope(id, play(&world.services, request)).await.unwrap();
    for backend in ["content", "url", "views"] {
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
    world.services.viewers = Viewers::WithToken;
    for request in [with_token_of("9"), sample("play")] {
        let reply = play(&world.services, request).await.unwrap_err().reply();
        assert_eq!(
            (reply.status.as_u16(), &reply.body["code"]),
            (403, &json!("not_the_user"))
        );
        assert_eq!(world.called(), [""; 0]);
    }
    let reply = play(&world.services, with_token_of("8")).await.unwrap();
    assert_eq!(reply.status.as_u16(), 200);
}

#[tokio::test]
async fn an_asset_without_metadata_or_url_is_not_found_and_not_counted() {
    for missing in ["content", "url"] {
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
    let late = || well("content").after(LIMIT * 2);
    let odd = || backend_reply(500, &json!({}));
    for fail in [crash as fn() -> Answer, late, odd] {
        let world = World::new(move |target| if target == "content" { fail() } else { well(target) });
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
    let late = || well("views").after(LIMIT * 2);
    for fail in [crash as fn() -> Answer, late] {
        let world = World::new(move |target| if target == "views" { fail() } else { well(target) });
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
    assert_eq!(world.called(), ["queue", "views"]);

    let world = World::with_cache(Duration::from_secs(30), |target| {
        if target == "url" { not_found() } else { well(target) }
    });
    for _ in 0..2 {
        world.play().await.unwrap_err();
        assert!(world.called().contains(&"url".to_owned()));
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
            play(&world.services, request).await.unwrap();
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
    let events = world.events("count");
    assert_eq!((events.len(), &events[0]["assetId"]), (1, &json!("123")));
}

#[tokio::test(start_paused = true)]
async fn a_play_goes_on_even_when_nothing_takes_its_view() {
    let refused = || Answer::now(500, "{}");
    let world = World::new(move |target| {
        if ["queue", "count"].contains(&target) {
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
        let reply = play(&world.services, request).await.unwrap_err().reply();
        assert_eq!((reply.status.as_u16(), &reply.body["field"]), (400, &json!(field)));
    }
    assert_eq!(world.called(), [""; 0]);
}
