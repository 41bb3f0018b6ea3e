//! The times between which a marker's view moved the counters that an audit read.

use std::time::Duration;

use domain::Timestamp;

/// The most that the clocks of the functions and of the auditor may differ.
pub(super) const CLOCK_SKEW: Duration = Duration::from_mins(1);

/// When the reading of counters began and ended.
type Taken = Option<(Timestamp, Timestamp)>;
type Interval = (Option<Timestamp>, Option<Timestamp>);

/// The times between which a marker's view surely or perhaps moved the counters that were read.
pub(super) struct Bounds {
    surely: Interval,
    perhaps: Interval,
}

impl Bounds {
    /// Bounds for the views counted after the counters `base` were read and before the counters `now` were.
    pub(super) fn new(base: Taken, now: Taken) -> Self {
        let later = |time: Timestamp| time.plus(CLOCK_SKEW);
        let earlier = |time: Timestamp| time.minus(CLOCK_SKEW);
        Self {
            surely: (base.map(|taken| later(taken.1)), now.map(|taken| earlier(taken.0))),
            perhaps: (base.map(|taken| earlier(taken.0)), now.map(|taken| later(taken.1))),
        }
    }

    pub(super) fn surely(&self, time: Timestamp) -> bool {
        between(self.surely, time)
    }

    pub(super) fn perhaps(&self, time: Timestamp) -> bool {
        between(self.perhaps, time)
    }
}

fn between((from, to): Interval, time: Timestamp) -> bool {
    from.is_none_or(|from| time > from) && to.is_none_or(|to| time <= to)
}
