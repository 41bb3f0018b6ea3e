//! Statistics of times, in milliseconds.

use std::time::Duration;

/// The time below which a part of the times lies. 0.5 gives the median. Sorts the times.
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

pub fn median(times: impl Iterator<Item = Duration>) -> f64 {
    percentile(&mut times.collect::<Vec<_>>(), 0.5)
}

/// The median of counts.
#[must_use]
pub fn median_count(counts: impl Iterator<Item = u64>) -> u64 {
    let mut counts: Vec<_> = counts.collect();
    counts.sort_unstable();
    counts[counts.len() / 2]
}

#[must_use]
pub fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
