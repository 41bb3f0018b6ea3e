//! The time from the start of a function's process to its first answer, with every call over TLS: ours, and the same
//! functions in Python and in Node.js. At full CPU, and with the CPU that comes with 256 and 128 MB.
//!
//! `first-answer PYTHON NODE SCRIPTS` takes the interpreters and the directory of Node's bundled functions.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a benchmark that can't go on should fail"
)]

use std::{
    env::args,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use bench::{progress, quota::Quota, statistics::median};
use fake_aws::{
    Cloud, Engine, Latency,
    host::{Bootstrap, Function, Start},
    requests::sample_event,
    tls::{Authority, HOST},
};
use hyper::body::Bytes;
use serde_json::{Value, json};

/// Starts of ours and of a peer at full CPU, and under a quota, where a peer takes seconds.
const STARTS: [(&str, usize, usize); 3] = [("Rust", 21, 7), ("Python", 7, 3), ("Node.js", 7, 3)];

/// The longest start of a peer.
const TIMEOUT: Duration = Duration::from_mins(1);

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let directory = tempfile::tempdir().unwrap();
    let rows = measure(directory.path()).await;
    println!("{}", json!(rows));
}

async fn measure(directory: &Path) -> Vec<Value> {
    let authority = Authority::new(directory);
    let cloud = Cloud::new(Engine::in_file(&directory.join("dynamodb")), Latency::default());
    cloud.add_asset("123");
    let server = cloud.serve_tls(&authority);
    let endpoint = format!("https://{HOST}:{}", server.address.port());
    let reached = |function: Bootstrap| {
        let bundle = authority.bundle.to_str().unwrap();
        // Node's client takes its endpoint from the queue's URL.
        let function = function.with("EVENTS_QUEUE_URL", &format!("{endpoint}/events"));
        let function = function.with("AWS_ENDPOINT_URL", &endpoint);
        function
            .with_timeout(TIMEOUT)
            .with("AWS_CA_BUNDLE", bundle)
            .with("NODE_EXTRA_CA_CERTS", bundle)
    };
    let mut backends = Vec::new();
    for name in ["get-content", "get-url", "get-views"] {
        let backend = Arc::new(Function::new(reached(Bootstrap::built(name))));
        backend.scale_out(3);
        let _ = backend.invoke(sample_event(name).into()).await.bytes();
        cloud.lambda.deploy(name, Arc::<Function>::clone(&backend));
        backends.push(backend);
    }
    let starts = STARTS.iter().map(|(_, full, limited)| full + 2 * limited);
    let steps = 2 * starts.sum::<usize>(); // of two functions
    let bar = progress("first answer", steps);
    let mut rows = Vec::new();
    for memory in [None, Some(256), Some(128)] {
        let quota = memory.map(Quota::of_memory).transpose();
        let Ok(quota) = quota.inspect_err(|error| eprintln!("no CPU quota on this machine: {error}")) else {
            continue;
        };
        for name in ["get-content", "play"] {
            let event = Bytes::from(sample_event(name));
            for (runtime, full, limited) in STARTS {
                let function = reached(implementation(runtime, name));
                let function = match &quota {
                    Some(quota) => quota.limit(function),
                    None => function,
                };
                let mut starts: Vec<Start> = Vec::new();
                for _ in 0..if quota.is_some() { limited } else { full } {
                    starts.push(cold_start(&function, &event).await);
                    bar.inc(1);
                }
                let wall = median(starts.iter().map(|start| start.wall));
                let cpu = median(starts.iter().map(|start| start.cpu));
                rows.push(
                    json!({"function": name, "runtime": runtime, "memory": memory, "wall_ms": wall, "cpu_ms": cpu}),
                );
            }
        }
    }
    bar.finish_and_clear();
    for backend in backends {
        backend.stop().await;
    }
    rows
}

async fn cold_start(function: &Bootstrap, event: &Bytes) -> Start {
    let started = Function::new(function.clone());
    let (start, outcome) = started.cold_start(event.clone()).await;
    started.stop().await;
    let answer = outcome.json();
    assert_eq!(answer["statusCode"], 200, "{} answered {answer}", function.name);
    start
}

/// One of the peers in `bench/peers`, or ours.
fn implementation(runtime: &str, name: &str) -> Bootstrap {
    let argument = |number| PathBuf::from(args().nth(number).expect("three arguments: see the head of this file"));
    match runtime {
        "Python" => {
            let handler = format!("{}.handler", name.replace('-', "_"));
            let command = vec![argument(1), "-m".into(), "awslambdaric".into(), handler.into()];
            Bootstrap::new(name, command).with("PYTHONPATH", "bench/peers/python")
        }
        "Node.js" => Bootstrap::new(name, vec![argument(2), argument(3).join(format!("{name}.mjs"))]),
        _ => Bootstrap::built(name),
    }
}
