//! Benchmarks, and the peers that they compare with. Each program prints its figures as JSON; `bench/page.py` makes the
//! page of them.
#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a benchmark that can't go on should fail"
)]

pub mod bootstrap;
pub mod cloud;
pub mod engine;
pub mod gateway;
pub mod host;
pub mod peers;
pub mod queue;
pub mod quota;
pub mod tls;

use std::{path::PathBuf, time::Duration};

use indicatif::{ProgressBar, ProgressStyle};

/// What part of a sorted list of times lies below, in milliseconds: 0.5 for the median.
#[must_use]
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "an index"
)]
pub fn percentile(times: &mut [Duration], part: f64) -> f64 {
    times.sort();
    milliseconds(times[((times.len() - 1) as f64 * part) as usize])
}

/// The median of some times, in milliseconds.
pub fn median(times: impl Iterator<Item = Duration>) -> f64 {
    percentile(&mut times.collect::<Vec<_>>(), 0.5)
}

/// In milliseconds.
#[must_use]
pub fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// Where `cargo lambda build` leaves the functions.
#[must_use]
pub fn functions() -> PathBuf {
    "target/lambda".into()
}

/// Shows how far a benchmark is, of `steps`.
#[must_use]
pub fn progress(what: &'static str, steps: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg:14} {bar:40} {pos}/{len}, {elapsed}");
    let bar = ProgressBar::new(steps as u64).with_message(what);
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
