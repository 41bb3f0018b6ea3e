//! The pauses between the attempts of one request.

use std::time::Duration;

use tokio::time::{Instant, sleep};

/// The first pause. Each further one is twice as long.
const FIRST: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(5);

/// The pauses of a request that is tried for a time.
#[derive(Debug)]
pub(crate) struct Backoff {
    end: Instant,
    pause: Duration,
}

impl Backoff {
    pub(crate) fn lasting(patience: Duration) -> Self {
        Self {
            end: Instant::now() + patience,
            pause: FIRST,
        }
    }

    /// Pauses before another attempt. Returns false if there is no time for one.
    pub(crate) async fn pause(&mut self) -> bool {
        if Instant::now() >= self.end {
            return false;
        }
        sleep(self.pause.mul_f64(fastrand::f64())).await;
        self.pause = LONGEST.min(self.pause * 2);
        true
    }
}
