//! Views per second through one count-views instance, and write units per view, beside two peers and under replays.
#![expect(
    clippy::cast_precision_loss,
    clippy::expect_used,
    reason = "counts are small, and a benchmark that cannot go on should fail"
)]

use std::time::{Duration, Instant};

use aws_sdk_dynamodb::Client;
use bench::{
    peers, reads,
    views::{self, Load, client},
};
use domain::View;
use fake_aws::{Capacity, Engine, Metered};
use indicatif::{ProgressBar, ProgressStyle};
use reporting::AssetCounters;
use serde_json::{Value, json};

/// About what DynamoDB takes to answer.
const ROUND_TRIP: Duration = Duration::from_millis(4);
/// Views per measurement, the same number for each way of counting.
const VIEWS: usize = 8_000;
/// Replays among 100 messages.
const REPLAYS: usize = 3;

#[derive(Clone, Copy)]
enum Way {
    Naive,
    IdempotencyRecord,
    Ledger,
}

impl Way {
    const ALL: [(Self, &str); 3] = [
        (Self::Naive, "naive: two updates"),
        (Self::IdempotencyRecord, "idempotency record"),
        (Self::Ledger, "videoms"),
    ];

    async fn count(self, client: &Client, views: Vec<View>) {
        match self {
            Self::Naive => peers::naive(client, &views).await,
            Self::IdempotencyRecord => peers::idempotency_record(client, &views).await,
            Self::Ledger => views::count(client, views).await,
        }
    }
}

struct Measured {
    views_per_second: f64,
    write_units: f64,
    requests: f64,
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} measurements, {elapsed}");
    let bar = ProgressBar::new(32).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let mut rows = table(ROUND_TRIP, &bar).await;
    rows.extend(table(Duration::ZERO, &bar).await);
    let hot_asset = hot_asset(&bar).await;
    let replays = replays(&bar).await;
    bar.finish_and_clear();
    println!(
        "{}",
        json!({"rows": rows, "hot_asset": hot_asset, "reads": reads::read_units().await, "replays": replays})
    );
}

async fn table(round_trip: Duration, bar: &ProgressBar) -> Vec<Value> {
    let mut rows = Vec::new();
    for batch in [10, 100, 1_000] {
        for (way, name) in Way::ALL {
            let found = measure(way, batch, round_trip, &Load::zipf()).await;
            rows.push(json!({
                "way": name,
                "batch": batch,
                "round_trip_ms": round_trip.as_millis(),
                "views_per_second": found.views_per_second,
                "write_units": found.write_units,
                "requests": found.requests,
            }));
            bar.inc(1);
        }
    }
    rows
}

/// One asset at 100 % of the load, beside the Zipf load, and the price of reading its count.
async fn hot_asset(bar: &ProgressBar) -> Value {
    let spread = measure(Way::Ledger, 1_000, ROUND_TRIP, &Load::zipf()).await;
    bar.inc(1);
    let hot = measure(Way::Ledger, 1_000, ROUND_TRIP, &Load::of_one_asset()).await;
    bar.inc(1);
    let engine = Metered::new(Engine::for_reporting());
    let client = client(&engine, Duration::ZERO);
    for batch in Load::of_one_asset().views(VIEWS).chunks(1_000) {
        views::count(&client, batch.to_vec()).await;
    }
    let _ = engine.take();
    let counters = AssetCounters::new(client, "asset-counters".to_owned());
    let asset = "a0".parse().expect("an asset's id");
    let views = counters.views(&asset, false).await.expect("the engine answers");
    assert_eq!(views, Some(VIEWS as u64), "every view is counted");
    json!({
        "times_the_zipf_load": hot.views_per_second / spread.views_per_second,
        "read_units": engine.take().reads,
    })
}

/// Write units per honest view while 3 % of the messages repeat keys that were counted before.
async fn replays(bar: &ProgressBar) -> Vec<Value> {
    let mut rows = Vec::new();
    for batch in [10, 100, 1_000] {
        for keys in [false, true] {
            let (load, number) = (Load::zipf(), VIEWS * REPLAYS / (100 - REPLAYS));
            let replays = load.views_with_keys(number);
            let honest = if keys {
                load.views_with_keys(VIEWS)
            } else {
                load.views(VIEWS)
            };
            let mut mixed = [honest.as_slice(), &replays].concat();
            fastrand::shuffle(&mut mixed);
            let without = used(batch, &honest, &replays).await;
            bar.inc(1);
            let with = used(batch, &mixed, &replays).await;
            bar.inc(1);
            rows.push(json!({
                "batch": batch,
                "keys": keys,
                "write_units_without": without.writes / VIEWS as f64,
                "write_units": with.writes / VIEWS as f64,
                "read_units": with.reads / VIEWS as f64,
            }));
        }
    }
    rows
}

/// The capacity that counting `messages` takes when the views `before` have been counted.
async fn used(batch: usize, messages: &[View], before: &[View]) -> Capacity {
    let engine = Metered::new(Engine::for_reporting());
    let client = client(&engine, Duration::ZERO);
    views::count(&client, before.to_vec()).await;
    let _ = engine.take();
    for views in messages.chunks(batch) {
        views::count(&client, views.to_vec()).await;
    }
    engine.take()
}

async fn measure(way: Way, batch: usize, round_trip: Duration, load: &Load) -> Measured {
    let engine = Metered::new(Engine::for_reporting());
    let client = client(&engine, round_trip);
    let views = load.views(VIEWS);
    let start = Instant::now();
    for views in views.chunks(batch) {
        way.count(&client, views.to_vec()).await;
    }
    let seconds = start.elapsed().as_secs_f64();
    let used = engine.take();
    let views = VIEWS as f64;
    Measured {
        views_per_second: views / seconds,
        write_units: used.writes / views,
        requests: used.requests as f64 / views,
    }
}
