//! The time that count-views has for each part of its work.

use std::time::Duration;

use lambda_runtime::Context;
use tokio::time::Instant;

/// The time reserved after counting, to send messages to other queues and answer.
const COUNTING_MARGIN: Duration = Duration::from_secs(5);
/// The part of that which is reserved for the answer. Lambda repeats the whole batch if the answer is late.
const MARGIN: Duration = Duration::from_secs(2);
/// The longest that counting waits for the markers of views with derived ids. The transactions decide without them, too.
pub(crate) const LOOK_UP: Duration = Duration::from_secs(5);
/// The function's timeout. `timeouts.json` repeats it, and `tests/template` holds the template against that.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The moments by which parts of the work end.
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    /// The end of counting.
    pub counting: Instant,
    /// The end of sending messages to other queues.
    pub sending: Instant,
}

impl Budget {
    /// The budget of an invocation, by the deadline that Lambda gives it.
    #[must_use]
    pub fn of(context: &Context) -> Self {
        Self::within(platform::time_left(context, TIMEOUT))
    }

    /// The budget of a function that Lambda stops after `time_left`.
    #[must_use]
    pub fn within(time_left: Duration) -> Self {
        let now = Instant::now();
        Self {
            counting: now + time_left.saturating_sub(COUNTING_MARGIN),
            sending: now + time_left.saturating_sub(MARGIN),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::rank_assets;

    /// `tests/template` compares the file with the template.
    #[test]
    fn the_file_beside_the_crate_has_the_timeouts() {
        let seconds: HashMap<&str, u64> = serde_json::from_str(include_str!("../timeouts.json")).unwrap();
        let timeouts = [("count-views", TIMEOUT), ("rank-assets", rank_assets::TIMEOUT)];
        assert_eq!(
            seconds,
            HashMap::from(timeouts.map(|(name, timeout)| (name, timeout.as_secs())))
        );
    }
}
