//! The times between which a marker's view moved the counters that an audit read.

use std::time::Duration;

use domain::Timestamp;

/// The most by which two times that were stored may differ from the order in which DynamoDB carried the writes out. The
/// clocks of the functions and of the auditor may differ, and a write may take as long as its caller waits for it.
pub(super) const CLOCK_SKEW: Duration = Duration::from_mins(1);

/// When the reading of counters began and ended.
pub(super) type Taken = Option<(Timestamp, Timestamp)>;
type Interval = (Option<Timestamp>, Option<Timestamp>);

/// The times between which a marker's view surely or perhaps moved the counters that were read.
pub(super) struct Bounds {
    surely: Interval,
    perhaps: Interval,
}

impl Bounds {
    /// Bounds for the views counted after the counters `base` were read and before the counters `now` were.
    pub(super) fn new(base: Taken, now: Taken) -> Self {
        Self {
            surely: (base.map(|taken| later(taken.1)), now.map(|taken| earlier(taken.0))),
            perhaps: (base.map(|taken| earlier(taken.0)), now.map(|taken| later(taken.1))),
        }
    }

    /// Whether a view counted at this time surely moved the counters.
    pub(super) fn surely(&self, time: Timestamp) -> bool {
        between(self.surely, time)
    }

    /// Whether a view counted at this time perhaps moved the counters.
    pub(super) fn perhaps(&self, time: Timestamp) -> bool {
        between(self.perhaps, time)
    }

    /// The same for the counter of a user who was forgotten. An earlier deletion may hide behind the last one.
    pub(super) fn surely_after(&self, forgotten: Timestamp, time: Timestamp) -> bool {
        self.surely(time) && time > later(forgotten)
    }

    pub(super) fn perhaps_after(&self, forgotten: Timestamp, time: Timestamp) -> bool {
        let was_deleted = time < earlier(forgotten) && self.surely.1.is_none_or(|read| forgotten <= read);
        self.perhaps(time) && !was_deleted
    }

    /// Whether a user's counter in the base is surely older than a deletion that the counters show.
    pub(super) fn surely_deletes_base(&self, forgotten: Timestamp) -> bool {
        self.surely(forgotten)
    }

    pub(super) fn perhaps_deletes_base(&self, forgotten: Timestamp) -> bool {
        self.perhaps.0.is_none_or(|base| forgotten > base)
    }
}

fn between((from, to): Interval, time: Timestamp) -> bool {
    from.is_none_or(|from| time > from) && to.is_none_or(|to| time <= to)
}

fn later(time: Timestamp) -> Timestamp {
    time.plus(CLOCK_SKEW)
}

fn earlier(time: Timestamp) -> Timestamp {
    time.minus(CLOCK_SKEW)
}
