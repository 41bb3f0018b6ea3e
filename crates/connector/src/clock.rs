//! The pool's clock, which goes on while Lambda freezes the instance.

use std::{
    pin::Pin,
    time::{Duration, Instant, SystemTime},
};

use hyper::rt::{Sleep, Timer};
use hyper_util::rt::TokioTimer;

/// Tokio's timer with a clock that follows the time of day as well. The monotonic clock may stand still while an instance
/// is frozen, and then the connections of an hour ago would look fresh.
#[derive(Debug, Clone)]
pub(crate) struct Clock {
    timer: TokioTimer,
    start: Instant,
    time_of_day: SystemTime,
}

impl Clock {
    pub(crate) fn start() -> Self {
        let timer = TokioTimer::new();
        Self {
            start: timer.now(),
            time_of_day: SystemTime::now(),
            timer,
        }
    }
}

impl Timer for Clock {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Sleep>> {
        self.timer.sleep(duration)
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn Sleep>> {
        self.timer.sleep_until(deadline)
    }

    fn now(&self) -> Instant {
        let passed = self.time_of_day.elapsed().unwrap_or_default();
        self.timer.now().max(self.start + passed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_in_which_only_the_time_of_day_went_on_has_passed() {
        let mut clock = Clock::start();
        clock.time_of_day -= Duration::from_hours(1);
        assert!(clock.now() >= clock.start + Duration::from_hours(1));
    }

    #[test]
    fn a_time_of_day_that_was_set_back_stops_no_clock() {
        let mut clock = Clock::start();
        clock.time_of_day += Duration::from_hours(1);
        assert!(clock.now() >= clock.start);
    }
}
