//! Benchmarks, and the peers that they compare with.
#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a benchmark that can't go on should fail"
)]

pub mod bootstrap;
pub mod engine;
pub mod instance;
pub mod peers;

use std::time::Duration;

/// The median of some times, in milliseconds.
pub fn median(times: impl Iterator<Item = Duration>) -> f64 {
    let mut times: Vec<_> = times.collect();
    times.sort();
    times[times.len() / 2].as_secs_f64() * 1000.0
}
