//! Benchmarks, and the peers that they compare with. Each program prints its figures as JSON, and `bench/page.py` makes
//! the page.
#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a benchmark that can't go on should fail"
)]

pub mod downstream;
pub mod first_poll;
pub mod peers;
pub mod quota;
pub mod reads;
pub mod statistics;
pub mod viewer;
pub mod views;

use indicatif::{ProgressBar, ProgressStyle};

/// Shows the progress of a benchmark with this number of steps.
#[must_use]
pub fn progress(name: &'static str, steps: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg:14} {bar:40} {pos}/{len}, {elapsed}");
    let bar = ProgressBar::new(steps as u64).with_message(name);
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
