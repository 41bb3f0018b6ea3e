//! The pauses between the tries of a transaction.

use std::time::Duration;

use tokio::time::{Instant, sleep};

/// The longest first pause. It doubles with each further one.
const FIRST_PAUSE: Duration = Duration::from_millis(25);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

pub(crate) struct Backoff {
    longest: Duration,
}

impl Backoff {
    pub(crate) const fn new() -> Self {
        Self { longest: FIRST_PAUSE }
    }

    /// Waits before another try. False at once if that would come after `deadline`.
    pub(crate) async fn wait(&mut self, deadline: Instant) -> bool {
        // Full jitter, so that two transactions that collided do not collide again at the same moment.
        let pause = self.longest.mul_f64(fastrand::f64());
        if Instant::now() + pause >= deadline {
            return false;
        }
        sleep(pause).await;
        self.longest = (self.longest * 2).min(LONGEST_PAUSE);
        true
    }
}
