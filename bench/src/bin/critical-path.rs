//! How long a play takes when all that it calls takes 20 ms, beside one such call.
#![expect(clippy::unwrap_used, reason = "a benchmark that can't go on should fail")]

use std::time::{Duration, Instant};

use aws_credential_types::Credentials;
use aws_sdk_lambda::primitives::Blob;
use axum::{Json, Router, body::Bytes, extract::Path, routing::post};
use bench::{
    bootstrap::Bootstrap,
    functions,
    host::{Function, serve},
    median, progress,
};
use platform::aws::Clients;
use serde_json::{Value, json};
use support::requests::sample_event;

/// What each downstream takes to answer.
const ROUND_TRIP: Duration = Duration::from_millis(20);
/// Plays a line, after those that open the connections.
const PLAYS: usize = 101;
const WARM_UP: usize = 3;
/// What the services of the original ask one another, one after the other: metadata, URL, event, counts.
const ORIGINAL: f64 = 4.0;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let routes = Router::new()
        .route("/2015-03-31/functions/{name}/invocations", post(invoke))
        .route("/", post(send_message));
    let endpoint = format!("http://{}", serve(routes).await);
    let bar = progress("critical path", 3);
    let floor = round_trip(&endpoint).await;
    bar.inc(1);
    let warm = plays(&endpoint, "30").await;
    bar.inc(1);
    let cold = plays(&endpoint, "0").await;
    bar.finish_and_clear();
    let row = |play: &str, (wall, cpu): (f64, Option<f64>)| json!({"play": play, "wall_ms": wall, "round_trips": wall / floor, "cpu_ms": cpu});
    println!(
        "{}",
        json!([
            row("one call, by the same client", (floor, None)),
            row("warm cache", warm),
            row("cold cache", cold),
            row("the original's order, on paper", (floor * ORIGINAL, None)),
        ])
    );
}

/// Median wall and CPU time of a play, in milliseconds.
async fn plays(endpoint: &str, cache_seconds: &str) -> (f64, Option<f64>) {
    let play = Bootstrap::named(&functions(), "play");
    let play = play
        .with("AWS_ENDPOINT_URL", endpoint)
        .with("CACHE_SECONDS", cache_seconds);
    let play = Function::new(play).await;
    play.scale_out(1);
    let event = Bytes::from(sample_event("play"));
    let (mut wall, mut cpu) = (Vec::new(), Vec::new());
    for number in 0..WARM_UP + PLAYS {
        let before = play.usage();
        let started = Instant::now();
        let answer = play.invoke(event.clone()).await;
        let elapsed = started.elapsed();
        let answer: Value = serde_json::from_slice(&answer).unwrap();
        assert_eq!(answer["statusCode"], 200, "{answer}");
        if number >= WARM_UP {
            wall.push(elapsed);
            cpu.push(play.usage().since(before).cpu);
        }
    }
    (median(wall.into_iter()), Some(median(cpu.into_iter())))
}

/// Median time of one invocation of a backend, in milliseconds.
async fn round_trip(endpoint: &str) -> f64 {
    let credentials = Credentials::new("id", "secret", None, None, "bench");
    let client = Clients::new("us-east-1".to_owned(), credentials, connector::https(None).unwrap()).lambda();
    let config = client.config().to_builder().endpoint_url(endpoint).build();
    let client = aws_sdk_lambda::Client::from_conf(config);
    let mut times = Vec::new();
    for number in 0..WARM_UP + PLAYS {
        let request = client.invoke().function_name("get-views").payload(Blob::new("{}"));
        let started = Instant::now();
        let answer = request.send().await;
        assert!(answer.is_ok(), "{answer:?}");
        if number >= WARM_UP {
            times.push(started.elapsed());
        }
    }
    median(times.into_iter())
}

async fn invoke(Path(name): Path<String>) -> Json<Value> {
    tokio::time::sleep(ROUND_TRIP).await;
    let body = match name.as_str() {
        "get-content" => json!({"id": "123", "title": "It", "genre": "horror", "summary": "A very scary movie"}),
        "get-url" => json!({"id": "123", "url": "path/to/asset123.mp4"}),
        _ => json!({"assetviews": 1, "userviews": 1}),
    };
    let headers = json!({"content-type": "application/json"});
    Json(
        json!({"statusCode": 200, "headers": headers, "cookies": [], "body": body.to_string(), "isBase64Encoded": false}),
    )
}

async fn send_message() -> Json<Value> {
    tokio::time::sleep(ROUND_TRIP).await;
    Json(json!({"MessageId": "5fea7756-0ea4-451a-a703-a558b933e274", "MD5OfMessageBody": ""}))
}
