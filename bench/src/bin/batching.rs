//! Write units per view against the batching window of the events queue's trigger, and against its batch size.
#![expect(clippy::cast_precision_loss, reason = "counts are small")]

use std::time::Duration;

use bench::views::{Load, client, count};
use fake_aws::{Engine, Metered};
use serde_json::{Value, json};

/// The plays per second.
const RATE: usize = 250;
/// The pollers that Lambda starts with. Each collects a batch of its own.
const POLLERS: usize = 5;
/// The batches to count for each figure.
const BATCHES: usize = 20;
/// Batching windows in seconds.
const WINDOWS: [usize; 6] = [1, 2, 5, 10, 20, 60];
/// Batch sizes. The trigger calls the function as soon as a batch is full.
const SIZES: [usize; 2] = [100, 1_000];

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let bar = bench::progress("batching", WINDOWS.len() * SIZES.len());
    let mut rows = Vec::new();
    for window in WINDOWS {
        for size in SIZES {
            rows.push(row(window, size).await);
            bar.inc(1);
        }
    }
    bar.finish_and_clear();
    println!("{}", json!({"rate": RATE, "pollers": POLLERS, "rows": rows}));
}

async fn row(window: usize, size: usize) -> Value {
    let batch = size.min(RATE * window / POLLERS);
    let engine = Metered::new(Engine::for_reporting());
    let client = client(&engine, Duration::ZERO);
    let views = Load::zipf().views(batch * BATCHES);
    for batch in views.chunks(batch) {
        count(&client, batch.to_vec()).await;
    }
    json!({
        "window_s": window,
        "size": size,
        "batch": batch,
        "write_units": engine.take().writes / views.len() as f64,
    })
}
