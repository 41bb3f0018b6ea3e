//! The result of a load, in sentences.

use std::{fmt, time::Duration};

use super::{
    Load,
    counts::{Counts, Difference},
    plays::Played,
};
use crate::words::counted;

/// The differences that are listed. The rest is a number.
const LISTED: usize = 20;

/// The result of a load.
#[derive(Debug)]
pub struct Report {
    pub load: Load,
    pub played: Played,
    pub differences: Vec<Difference>,
}

impl Report {
    /// Whether every play was answered and every counter holds its views, no more and no less.
    #[must_use]
    pub const fn is_exact(&self) -> bool {
        self.played.unanswered == 0 && self.differences.is_empty()
    }

    /// The plays per second that the API carried, if those were noticeably fewer than asked.
    #[must_use]
    pub fn carried(&self) -> Option<f64> {
        let planned = Duration::from_secs(self.load.plays.into()) / self.load.rate;
        let late = self.played.elapsed.saturating_sub(planned);
        #[expect(clippy::cast_precision_loss, reason = "a rate")]
        let carried = self.played.answered as f64 / self.played.elapsed.as_secs_f64();
        (late > Duration::from_secs(1).max(planned / 10)).then_some(carried)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { load, played, .. } = self;
        let seconds = played.elapsed.as_secs_f64();
        writeln!(
            f,
            "{} of {} answered in {seconds:.1} s",
            played.answered,
            counted(load.plays, "play")
        )?;
        if let Some(carried) = self.carried() {
            writeln!(
                f,
                "The API did not keep up: it carried {carried:.1} of {} plays per second",
                load.rate
            )?;
        }
        self.latency(f)?;
        self.attempts(f)?;
        self.counts(f, &played.expected)
    }
}

impl Report {
    fn latency(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let latency = &self.played.latency;
        if latency.is_empty() {
            return Ok(());
        }
        let at = |quantile| Milliseconds(latency.value_at_quantile(quantile));
        writeln!(
            f,
            "Latency from the moment at which a play was due: median {}, p90 {}, p99 {}, p99.9 {}, longest {}",
            at(0.5),
            at(0.9),
            at(0.99),
            at(0.999),
            Milliseconds(latency.max())
        )
    }

    fn attempts(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let played = &self.played;
        if played.throttled > 0 {
            writeln!(
                f,
                "{} throttled (429) and tried again",
                counted(played.throttled, "attempt")
            )?;
        }
        if let Some(failure) = &played.failure {
            let attempts = counted(played.failed, "attempt");
            writeln!(
                f,
                "{attempts} failed and were tried again under the same key. The first: {failure}"
            )?;
        }
        if played.unanswered > 0 {
            let plays = counted(played.unanswered, "play");
            writeln!(
                f,
                "{plays} got no answer in {} s and may or may not be counted",
                self.load.patience.as_secs()
            )?;
        }
        Ok(())
    }

    fn counts(&self, f: &mut fmt::Formatter<'_>, expected: &Counts) -> fmt::Result {
        for difference in self.differences.iter().take(LISTED) {
            writeln!(f, "{difference}")?;
        }
        if self.differences.len() > LISTED {
            writeln!(f, "and {} more", self.differences.len() - LISTED)?;
        }
        let counters = counted(expected.counters(), "counter");
        match self.differences.len() {
            0 if self.is_exact() => writeln!(f, "{counters} compared: each holds exactly the views that were played"),
            0 => writeln!(
                f,
                "{counters} compared: each holds at least the views that were answered"
            ),
            wrong => writeln!(f, "{counters} compared: {}", counted(wrong, "wrong counter")),
        }
    }
}

/// A time that is given in microseconds.
struct Milliseconds(u64);

impl fmt::Display for Milliseconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ms", self.0.div_ceil(1_000))
    }
}
