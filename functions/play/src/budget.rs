//! The time that a play has for each part of its work. A view is queued, invoked or logged before Lambda ends the function.

use std::time::Duration;

use lambda_http::{Request, RequestExt};
use tokio::time::Instant;

/// The function's timeout. `timeouts.json` repeats it and `COUNTS`, and `tests/template` holds the template against that.
pub const TIMEOUT: Duration = Duration::from_secs(10);
/// The time reserved for the answer, after the view is safe.
pub const MARGIN: Duration = Duration::from_secs(1);
/// The longest a play waits for metadata and URL, a cold start of theirs included.
const ASSET: Duration = Duration::from_secs(4);
/// The longest a play waits for the counts, at the same time. It can do without them.
const COUNTS: Duration = Duration::from_secs(2);
/// The longest that sending the view to the queue takes.
const QUEUE: Duration = Duration::from_millis(2_500);
/// The longest that one attempt to send it takes. SQS answers within milliseconds, so a slower attempt's connection is
/// lost.
pub(crate) const QUEUE_ATTEMPT: Duration = Duration::from_secs(1);
/// The longest that invoking count-views takes, if the queue did not accept the view.
const INVOCATION: Duration = Duration::from_millis(1_500);

/// The moments by which the parts of a play end, each as of now. A part never takes time that a later one needs.
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    end: Instant,
}

impl Budget {
    /// The budget of a request, by the deadline that Lambda gives its invocation.
    #[must_use]
    pub fn of(request: &Request) -> Self {
        let context = request.lambda_context_ref();
        Self::within(context.map_or(TIMEOUT, |context| platform::time_left(context, TIMEOUT)))
    }

    /// The budget of a function that Lambda ends after `time_left`.
    #[must_use]
    pub fn within(time_left: Duration) -> Self {
        let end = Instant::now() + time_left.saturating_sub(MARGIN);
        Self { end }
    }

    pub(crate) fn asset(self) -> Instant {
        self.part(ASSET, QUEUE + INVOCATION)
    }

    pub(crate) fn counts(self) -> Instant {
        self.part(COUNTS, QUEUE + INVOCATION)
    }

    pub(crate) fn queue(self) -> Instant {
        self.part(QUEUE, INVOCATION)
    }

    pub(crate) fn invocation(self) -> Instant {
        self.part(INVOCATION, Duration::ZERO)
    }

    /// The end of a part that takes `limit` at most and leaves `later` for the parts after it.
    fn part(self, limit: Duration, later: Duration) -> Instant {
        let now = Instant::now();
        let left = self.end.saturating_duration_since(now).saturating_sub(later);
        now + limit.min(left)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn the_parts_and_the_margin_fit_into_the_timeout() {
        assert!(ASSET + QUEUE + INVOCATION + MARGIN <= TIMEOUT);
        assert!(COUNTS <= ASSET);
        assert!(QUEUE_ATTEMPT * 2 <= QUEUE);
    }

    /// `tests/template` compares the file with the template.
    #[test]
    fn the_file_beside_the_crate_has_the_times_that_the_template_depends_on() {
        let seconds: HashMap<&str, u64> = serde_json::from_str(include_str!("../timeouts.json")).unwrap();
        let expected = [("play", TIMEOUT.as_secs()), ("counts", COUNTS.as_secs())];
        assert_eq!(seconds, HashMap::from(expected));
    }

    #[tokio::test(start_paused = true)]
    async fn each_part_has_its_limit_while_there_is_time() {
        let budget = Budget::within(TIMEOUT);
        let now = Instant::now();
        assert_eq!(budget.asset() - now, ASSET);
        assert_eq!(budget.counts() - now, COUNTS);
        assert_eq!(budget.queue() - now, QUEUE);
        assert_eq!(budget.invocation() - now, INVOCATION);
    }

    #[tokio::test(start_paused = true)]
    async fn a_part_leaves_the_time_of_the_later_ones() {
        let budget = Budget::within(Duration::from_secs(6));
        let start = Instant::now();
        assert_eq!(budget.asset() - start, Duration::from_secs(1));
        tokio::time::advance(Duration::from_secs(4)).await;
        assert_eq!(budget.asset(), Instant::now());
        assert_eq!(budget.queue(), Instant::now());
        assert_eq!(budget.invocation() - start, Duration::from_secs(5));
    }
}
