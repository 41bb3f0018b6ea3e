//! The time of a play when each call that it makes takes 20 ms, beside one such call.
#![expect(clippy::unwrap_used, reason = "a benchmark that can't go on should fail")]

use std::time::{Duration, Instant};

use aws_credential_types::Credentials;
use aws_sdk_lambda::primitives::Blob;
use bench::{downstream, progress, statistics::median};
use fake_aws::{
    host::{Bootstrap, Function},
    requests::sample_event,
};
use hyper::body::Bytes;
use platform::aws::Clients;
use serde_json::json;

/// The time that each call takes.
const ROUND_TRIP: Duration = Duration::from_millis(20);
/// Plays per row, after the ones that open the connections.
const PLAYS: usize = 101;
const WARM_UP: usize = 3;
/// The calls that a play of the original makes, one after the other: metadata, URL, event, counts.
const ORIGINAL: f64 = 4.0;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let server = downstream::serve(ROUND_TRIP);
    let endpoint = server.url();
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
    let play = Bootstrap::built("play")
        .with("AWS_ENDPOINT_URL", endpoint)
        .with("CACHE_SECONDS", cache_seconds);
    let play = Function::new(play);
    play.scale_out(1);
    let event = Bytes::from(sample_event("play"));
    let (mut wall, mut cpu) = (Vec::new(), Vec::new());
    for number in 0..WARM_UP + PLAYS {
        let before = play.usage();
        let started = Instant::now();
        let outcome = play.invoke(event.clone()).await;
        let elapsed = started.elapsed();
        let answer = outcome.json();
        assert_eq!(answer["statusCode"], 200, "{answer}");
        if number >= WARM_UP {
            wall.push(elapsed);
            cpu.push(play.usage().since(before).cpu);
        }
    }
    play.stop().await;
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
