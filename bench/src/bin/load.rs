//! Plays per second on 1, 8 and 32 connections. Release binaries run as on Lambda, one event at a time each, with DynamoDB
//! in a file, all on this machine. In the end every counter has to hold exactly the views that were played.
#![expect(clippy::unwrap_used, reason = "a benchmark that can't go on should fail")]
#![expect(clippy::cast_precision_loss, reason = "counts are small")]

use std::{
    collections::BTreeMap,
    path::Path,
    process::exit,
    sync::{Arc, MutexGuard},
    time::{Duration, Instant},
};

use aws_lambda_events::sqs::SqsBatchResponse;
use bench::{
    progress,
    statistics::{milliseconds, percentile},
    viewer::{self, Played},
};
use fake_aws::{
    Cloud, Counters, Engine, Latency, gateway,
    host::{Bootstrap, Function, Usage},
    server::Server,
    sqs::Trigger,
};
use hyper::body::Bytes;
use indicatif::ProgressBar;
use serde_json::{Map, Value, json};

/// A load.
struct Level {
    connections: usize,
    plays: usize,
    /// The most popular of 100 assets has a fifth of all plays.
    assets: usize,
    latency: Latency,
}

const fn level(connections: usize, plays: usize, assets: usize, latency: Latency) -> Level {
    Level {
        connections,
        plays,
        assets,
        latency,
    }
}

/// The first three show the speed of the functions, the others the cost of a play.
const LEVELS: [Level; 5] = [
    level(1, 3_000, 100, NONE),
    level(8, 10_000, 100, NONE),
    level(32, 10_000, 100, NONE),
    level(4, 4_000, 100, LIKE_AWS),
    level(4, 4_000, 10_000, LIKE_AWS),
];
const NONE: Latency = Latency {
    dynamodb: Duration::ZERO,
    lambda: Duration::ZERO,
    sqs: Duration::ZERO,
};
/// About the time that a region's own network and services take.
const LIKE_AWS: Latency = Latency {
    dynamodb: Duration::from_millis(4),
    lambda: Duration::from_millis(8),
    sqs: Duration::from_millis(8),
};
/// Plays on each connection before the clock starts, to fill the instances' caches.
const WARM_UP: usize = 100;
/// The functions that a play invokes, each with as many instances as there are connections.
const BACKENDS: [&str; 3] = ["get-content", "get-url", "get-views"];

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let bar = progress("load", LEVELS.iter().map(Level::all_plays).sum());
    let mut rows = Vec::new();
    for level in LEVELS {
        let directory = tempfile::tempdir().unwrap();
        let stack = Stack::start(&level, directory.path());
        rows.push(stack.measure(&level, &bar).await);
        stack.stop().await;
    }
    bar.finish_and_clear();
    println!("{}", json!(rows));
}

impl Level {
    const fn all_plays(&self) -> usize {
        self.plays + self.connections * WARM_UP
    }
}

/// A deployment on this machine.
struct Stack {
    cloud: Arc<Cloud>,
    functions: BTreeMap<&'static str, Arc<Function>>,
    trigger: Trigger,
    gateway: Server,
    /// The endpoint of the cloud, for as long as the stack lives.
    _server: Server,
}

impl Stack {
    fn start(level: &Level, directory: &Path) -> Self {
        let cloud = Cloud::new(Engine::in_file(&directory.join("dynamodb")), level.latency);
        for asset in 0..level.assets {
            cloud.add_asset(&format!("a{asset}"));
        }
        let server = cloud.serve();
        let mut functions = BTreeMap::new();
        for name in BACKENDS.into_iter().chain(["play", "count-views"]) {
            let function = Bootstrap::built(name).with("AWS_ENDPOINT_URL", &server.url());
            let function = Arc::new(Function::new(function.with("METRICS_NAMESPACE", "bench")));
            function.scale_out(if name == "count-views" { 1 } else { level.connections });
            cloud.lambda.deploy(name, Arc::<Function>::clone(&function));
            functions.insert(name, function);
        }
        let count_views = Arc::clone(&functions["count-views"]);
        let trigger = Trigger::start(Arc::clone(&cloud.events), move |event| {
            count(Arc::clone(&count_views), event)
        });
        let gateway = gateway::serve_play(Arc::clone(&functions["play"]));
        Self {
            cloud,
            functions,
            trigger,
            gateway,
            _server: server,
        }
    }

    async fn stop(self) {
        for function in self.functions.values() {
            function.stop().await;
        }
    }

    fn usage(&self) -> BTreeMap<&'static str, Usage> {
        self.functions
            .iter()
            .map(|(name, function)| (*name, function.usage()))
            .collect()
    }

    async fn measure(&self, level: &Level, bar: &ProgressBar) -> Value {
        let played = Played::default();
        let _ = self.play(level, level.connections * WARM_UP, &played, bar).await;
        let views = lock(&played).views();
        self.trigger.until(views).await;
        let (before, _) = (self.usage(), self.cloud.tables.take());
        let started = Instant::now();
        let mut times = self.play(level, level.plays, &played, bar).await;
        let elapsed = started.elapsed();
        let views = lock(&played).views();
        self.trigger.until(views).await;
        let counted = started.elapsed();
        let differences = lock(&played).differences(&Counters::read(&self.cloud.tables.engine));
        assert_eq!(differences, [], "each view is counted once");
        let used = self.cloud.tables.take();
        let plays = level.plays as f64;
        let (mut functions, mut cpu) = (Map::new(), Duration::ZERO);
        for (name, usage) in self.usage() {
            let usage = usage.since(before[name]);
            cpu += usage.cpu;
            functions.insert(name.to_owned(), per_play(usage, plays));
        }
        json!({
            "connections": level.connections,
            "assets": level.assets,
            "like_aws": !level.latency.sqs.is_zero(),
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

    /// Has one viewer per connection play, one play after the other. Returns the time of each play.
    async fn play(&self, level: &Level, plays: usize, played: &Played, bar: &ProgressBar) -> Vec<Duration> {
        let mut viewers = tokio::task::JoinSet::new();
        for _ in 0..level.connections {
            let (plays, played) = (plays / level.connections, Arc::clone(played));
            viewers.spawn(viewer::play(
                self.gateway.address,
                level.assets,
                plays,
                played,
                bar.clone(),
            ));
        }
        viewers.join_all().await.into_iter().flatten().collect()
    }
}

/// Has count-views count a batch. A benchmark in which it fails can't go on.
async fn count(count_views: Arc<Function>, event: Value) -> Option<SqsBatchResponse> {
    let outcome = count_views.invoke(Bytes::from(event.to_string())).await;
    let Ok(answer) = &outcome.answer else {
        eprintln!("error: count-views failed: {outcome:?}\n{}", outcome.log.text());
        exit(1)
    };
    Some(serde_json::from_slice(answer).unwrap())
}

/// The share of one play in the work of a function.
fn per_play(usage: Usage, plays: f64) -> Value {
    json!({
        "invocations": usage.invocations as f64 / plays,
        "duration_ms": milliseconds(usage.duration) / plays,
        "cpu_ms": milliseconds(usage.cpu) / plays,
        "logged": usage.logged as f64 / plays,
    })
}

fn lock(played: &Played) -> MutexGuard<'_, Counters> {
    played.lock().unwrap()
}
