//! How long a play takes when all that it calls takes 20 ms, beside one such call. Prints a Markdown table.
//!
//! `critical-path DIRECTORY`: what `cargo lambda build` has made.

use std::{
    env::args,
    path::PathBuf,
    time::{Duration, Instant},
};

use aws_sdk_lambda::{Client, config::BehaviorVersion, config::Credentials, config::Region, primitives::Blob};
use axum::{Json, Router, extract::Path, routing::post};
use bench::{
    bootstrap::Bootstrap,
    instance::{Instance, Invocation, serve},
    median,
};
use serde_json::{Value, json};

/// What each downstream takes to answer.
const ROUND_TRIP: Duration = Duration::from_millis(20);
/// Plays a line, after those that open the connections.
const PLAYS: usize = 101;
const WARM_UP: usize = 3;
/// What the services of the original ask one another, one after the other: metadata, URL, event, counts.
const ORIGINAL: f64 = 4.0;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let directory = args().nth(1).map_or_else(|| "target/lambda".into(), PathBuf::from);
    let functions = Bootstrap::all_in(&directory);
    let play = functions.iter().find(|function| function.name == "play");
    let Some(play) = play else {
        eprintln!("error: no play in {}: `make bench` builds it", directory.display());
        std::process::exit(1);
    };
    let routes = Router::new()
        .route("/2015-03-31/functions/{name}/invocations", post(invoke))
        .route("/", post(send_message));
    let endpoint = format!("http://{}", serve(routes).await);
    let floor = round_trip(&endpoint).await;
    println!("| play | ms | round trips | CPU of play, ms |");
    println!("|---|---|---|---|");
    println!("| one call, by the same client | {floor:.1} | 1.00 | |");
    for (name, cache_seconds) in [("warm cache", "30"), ("cold cache", "0")] {
        let (wall, cpu) = plays(play, &endpoint, cache_seconds).await;
        println!("| {name} | {wall:.1} | {:.2} | {cpu:.2} |", wall / floor);
    }
    println!(
        "| the original's order, on paper | {:.1} | {ORIGINAL:.2} | |",
        ORIGINAL * floor
    );
}

/// Median wall and CPU time of a play, in milliseconds.
async fn plays(play: &Bootstrap, endpoint: &str, cache_seconds: &str) -> (f64, f64) {
    let environment = [("AWS_ENDPOINT_URL", endpoint), ("CACHE_SECONDS", cache_seconds)];
    let mut instance = Instance::start(play, &environment).await;
    let event: Value = serde_json::from_str(include_str!("../../../events/play.json")).unwrap_or_default();
    let mut plays: Vec<Invocation> = Vec::new();
    for number in 0..WARM_UP + PLAYS {
        let play = instance.invoke(&event).await;
        if number >= WARM_UP {
            plays.push(play);
        }
    }
    let wall = median(plays.iter().map(|play| play.wall));
    (wall, median(plays.iter().map(|play| play.cpu)))
}

/// Median time of one invocation of a backend, in milliseconds.
async fn round_trip(endpoint: &str) -> f64 {
    let config = aws_sdk_lambda::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("id", "secret", None, None, "bench"))
        .endpoint_url(endpoint)
        .http_client(common::aws::https_client())
        .build();
    let client = Client::from_conf(config);
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
