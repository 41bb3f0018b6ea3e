//! Views per second through one count-views instance, and write units per view, beside two peers.
#![expect(
    clippy::cast_precision_loss,
    clippy::expect_used,
    reason = "counts are small, and a benchmark that cannot go on should fail"
)]

use std::time::{Duration, Instant};

use aws_sdk_dynamodb::Client;
use bench::peers;
use domain::View;
use fake_aws::{Engine, Metered, Zipf, answering};
use indicatif::{ProgressBar, ProgressStyle};
use reporting::{AssetCounters, Ledger, Tables};
use serde_json::{Value, json};

/// About what DynamoDB takes to answer.
const ROUND_TRIP: Duration = Duration::from_millis(4);
/// Views per measurement, the same number for each way of counting.
const VIEWS: usize = 8_000;
/// Shards of an asset's counter, as in the template.
const SHARDS: u32 = 16;

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
            Self::Ledger => {
                let ledger = Ledger::new(client.clone(), Tables::with_prefix(""), SHARDS);
                let deadline = tokio::time::Instant::now() + Duration::from_secs(28);
                let outcome = ledger.record(views, deadline).await;
                assert!(outcome.failed.is_empty(), "no batch may fail");
            }
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
    let bar = ProgressBar::new(20).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let mut rows = table(ROUND_TRIP, &bar).await;
    rows.extend(table(Duration::ZERO, &bar).await);
    let hot_asset = hot_asset(&bar).await;
    bar.finish_and_clear();
    println!("{}", json!({"rows": rows, "hot_asset": hot_asset}));
}

async fn table(round_trip: Duration, bar: &ProgressBar) -> Vec<Value> {
    let mut rows = Vec::new();
    for batch in [10, 100, 1_000] {
        for (way, name) in Way::ALL {
            let found = measure(way, batch, round_trip, &zipf()).await;
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
    let spread = measure(Way::Ledger, 1_000, ROUND_TRIP, &zipf()).await;
    bar.inc(1);
    let (_, users) = zipf();
    let hot = measure(Way::Ledger, 1_000, ROUND_TRIP, &(|| 0, users)).await;
    bar.inc(1);
    let engine = Metered::new(Engine::for_reporting());
    let client = client(&engine, Duration::ZERO);
    for batch in batches(1_000, &(|| 0, zipf().1)) {
        Way::Ledger.count(&client, batch).await;
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

async fn measure(
    way: Way,
    batch: usize,
    round_trip: Duration,
    load: &Load<impl Fn() -> usize, impl Fn() -> usize>,
) -> Measured {
    let engine = Metered::new(Engine::for_reporting());
    let client = client(&engine, round_trip);
    let batches = batches(batch, load);
    let start = Instant::now();
    for views in batches {
        way.count(&client, views).await;
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

/// A client whose every call takes `round_trip`.
fn client(engine: &Metered, round_trip: Duration) -> Client {
    let engine = engine.clone();
    answering(move |call| engine.carry_out(call).after(round_trip)).dynamodb()
}

/// Draws an asset and a user.
type Load<A, U> = (A, U);

fn zipf() -> Load<impl Fn() -> usize, impl Fn() -> usize> {
    fastrand::seed(1);
    let (assets, users) = (Zipf::assets(), Zipf::users());
    (move || assets.draw(), move || users.draw())
}

fn batches(size: usize, (asset, user): &Load<impl Fn() -> usize, impl Fn() -> usize>) -> Vec<Vec<View>> {
    let view = || {
        let (asset, user) = (
            format!("a{}", asset()).parse().ok()?,
            format!("u{}", user()).parse().ok()?,
        );
        Some(View::now(asset, user, None))
    };
    let views: Vec<_> = (0..VIEWS).filter_map(|_| view()).collect();
    views.chunks(size).map(<[View]>::to_vec).collect()
}
