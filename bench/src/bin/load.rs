//! Plays a second at 1, 8 and 32 connections: release binaries as Lambda runs them, one event at a time each, and DynamoDB
//! in a file, all on this machine. Afterwards every counter has to hold exactly what was played.
#![expect(clippy::unwrap_used, reason = "a benchmark that can't go on should fail")]
#![expect(clippy::cast_precision_loss, reason = "counts are small")]

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    path::Path,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use axum::body::Bytes;
use bench::{
    bootstrap::Bootstrap,
    cloud::{Cloud, Waits},
    functions, gateway,
    host::{Function, Usage},
    milliseconds, percentile, progress,
    queue::Trigger,
};
use faults::load::Zipf;
use http_body_util::{BodyExt, Empty};
use hyper::{Request, client::conn::http1::handshake};
use hyper_util::rt::TokioIo;
use indicatif::ProgressBar;
use serde_json::{Value, json};
use support::dynamodb::Engine;
use tokio::net::TcpStream;

/// A load: what is played, by how many.
struct Level {
    connections: usize,
    plays: usize,
    /// The most played of 100 has a fifth of all plays.
    assets: usize,
    waits: Waits,
}

const fn level(connections: usize, plays: usize, assets: usize, waits: Waits) -> Level {
    Level {
        connections,
        plays,
        assets,
        waits,
    }
}

/// The first three show what the functions can do, the others what a play costs.
const LEVELS: [Level; 5] = [
    level(1, 3_000, 100, NONE),
    level(8, 10_000, 100, NONE),
    level(32, 10_000, 100, NONE),
    level(4, 4_000, 100, LIKE_AWS),
    level(4, 4_000, 10_000, LIKE_AWS),
];
const NONE: Waits = Waits {
    dynamodb: Duration::ZERO,
    lambda: Duration::ZERO,
    sqs: Duration::ZERO,
};
/// About what a region's own network and services take.
const LIKE_AWS: Waits = Waits {
    dynamodb: Duration::from_millis(4),
    lambda: Duration::from_millis(8),
    sqs: Duration::from_millis(8),
};
/// Plays on each connection before the clock starts: so the instances' caches fill.
const WARM_UP: usize = 100;
/// What a play invokes, with as many instances as there are connections.
const BACKENDS: [&str; 3] = ["get-content", "get-url", "get-views"];

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let bar = progress("load", LEVELS.iter().map(Level::all_plays).sum());
    let mut rows = Vec::new();
    for level in LEVELS {
        let directory = tempfile::tempdir().unwrap();
        let stack = Stack::start(&level, directory.path()).await;
        rows.push(stack.measure(&level, &bar).await);
    }
    bar.finish_and_clear();
    println!("{}", json!(rows));
}

impl Level {
    const fn all_plays(&self) -> usize {
        self.plays + self.connections * WARM_UP
    }
}

/// One stack of its own.
struct Stack {
    cloud: Arc<Cloud>,
    functions: BTreeMap<&'static str, Arc<Function>>,
    trigger: Arc<Trigger>,
    gateway: SocketAddr,
}

impl Stack {
    async fn start(level: &Level, directory: &Path) -> Self {
        let (cloud, messages) = Cloud::new(Engine::in_file(&directory.join("dynamodb")), level.waits);
        for asset in 0..level.assets {
            cloud.add_asset(&format!("a{asset}"));
        }
        let endpoint = format!("http://{}", cloud.serve().await);
        let mut running = BTreeMap::new();
        for name in BACKENDS.into_iter().chain(["play", "count-views"]) {
            let function = Bootstrap::named(&functions(), name).with("AWS_ENDPOINT_URL", &endpoint);
            let function = Arc::new(Function::new(function.with("METRICS_NAMESPACE", "bench")).await);
            cloud.deploy(name, Arc::clone(&function));
            running.insert(name, function);
        }
        for (name, function) in &running {
            function.scale_out(if *name == "count-views" { 1 } else { level.connections });
        }
        let trigger = Trigger::start(messages, Arc::clone(&running["count-views"]));
        let gateway = gateway::serve_play(Arc::clone(&running["play"])).await;
        Self {
            cloud,
            functions: running,
            trigger,
            gateway,
        }
    }

    fn usage(&self) -> BTreeMap<&'static str, Usage> {
        self.functions
            .iter()
            .map(|(name, function)| (*name, function.usage()))
            .collect()
    }

    async fn measure(&self, level: &Level, bar: &ProgressBar) -> Value {
        let played = Arc::new(Mutex::new(BTreeMap::new()));
        let _ = self.play(level, level.connections * WARM_UP, &played, bar).await;
        let warm_up: u64 = total(&played);
        self.trigger.until(warm_up).await;
        let (before, _) = (self.usage(), self.cloud.metered.take());
        let started = Instant::now();
        let mut times = self.play(level, level.plays, &played, bar).await;
        let elapsed = started.elapsed();
        self.trigger.until(total(&played)).await;
        let counted = started.elapsed();
        assert_eq!(
            self.counters(),
            *played.lock().unwrap(),
            "what is counted is what was played"
        );
        let used = self.cloud.metered.take();
        let plays = level.plays as f64;
        let mut functions = serde_json::Map::new();
        let mut cpu = Duration::ZERO;
        for (name, usage) in self.usage() {
            let usage = usage.since(before[name]);
            cpu += usage.cpu;
            functions.insert(
                name.to_owned(),
                json!({
                    "invocations": usage.invocations as f64 / plays,
                    "duration_ms": milliseconds(usage.duration) / plays,
                    "cpu_ms": milliseconds(usage.cpu) / plays,
                    "logged": usage.logged as f64 / plays,
                }),
            );
        }
        json!({
            "connections": level.connections,
            "assets": level.assets,
            "like_aws": !level.waits.sqs.is_zero(),
            "plays": plays,
            "plays_per_second": plays / elapsed.as_secs_f64(),
            "counted_after_s": counted.saturating_sub(elapsed).as_secs_f64(),
            "p50_ms": percentile(&mut times, 0.5),
            "p99_ms": percentile(&mut times, 0.99),
            "cpu_ms": milliseconds(cpu) / plays,
            "write_units": used.writes / plays,
            "read_units": used.reads / plays,
            "functions": functions,
        })
    }

    /// Has as many viewers as there are connections play, each one play after the other, and says how long each took.
    async fn play(&self, level: &Level, plays: usize, played: &Played, bar: &ProgressBar) -> Vec<Duration> {
        let mut viewers = tokio::task::JoinSet::new();
        for _ in 0..level.connections {
            let (plays, played) = (plays / level.connections, Arc::clone(played));
            viewers.spawn(viewer(self.gateway, level.assets, plays, played, bar.clone()));
        }
        viewers.join_all().await.into_iter().flatten().collect()
    }

    /// Each counter, by its partition key, shards summed up.
    fn counters(&self) -> BTreeMap<String, u64> {
        let mut counters = BTreeMap::new();
        for (table, kind) in [("user-counters", "user"), ("asset-counters", "asset")] {
            for item in self.cloud.engine.items_of(table) {
                let name = format!("{kind}#{}", item["id"]["S"].as_str().unwrap());
                *counters.entry(name).or_default() += item["views"]["N"].as_str().unwrap().parse::<u64>().unwrap();
            }
        }
        counters
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        for function in self.functions.values() {
            function.stop();
        }
    }
}

/// Views by counter, as they should be.
type Played = Arc<Mutex<BTreeMap<String, u64>>>;

/// Each play moves two counters.
fn total(played: &Played) -> u64 {
    played.lock().unwrap().values().sum::<u64>() / 2
}

async fn viewer(gateway: SocketAddr, assets: usize, plays: usize, played: Played, bar: ProgressBar) -> Vec<Duration> {
    let connection = TcpStream::connect(gateway).await.unwrap();
    connection.set_nodelay(true).unwrap();
    let (mut sender, connection) = handshake(TokioIo::new(connection)).await.unwrap();
    let connection = tokio::spawn(connection);
    let (assets, users) = (Zipf::of(assets), Zipf::users());
    let mut times = Vec::with_capacity(plays);
    for _ in 0..plays {
        let (asset, user) = (format!("a{}", assets.draw()), format!("u{}", users.draw()));
        let request = Request::post(format!("/play/asset/{asset}/user/{user}")).header("host", "bench");
        let started = Instant::now();
        let answer = sender
            .send_request(request.body(Empty::<Bytes>::new()).unwrap())
            .await
            .unwrap();
        let status = answer.status();
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        times.push(started.elapsed());
        assert_eq!(status, 200, "{body:?}");
        let mut played = played.lock().unwrap();
        *played.entry(format!("asset#{asset}")).or_default() += 1;
        *played.entry(format!("user#{user}")).or_default() += 1;
        bar.inc(1);
    }
    drop(sender);
    let _ = connection.await;
    times
}
