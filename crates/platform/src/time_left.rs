//! The time until Lambda ends an invocation.

use std::time::{Duration, SystemTime};

use lambda_http::Context;

/// The time until Lambda ends the invocation. If its deadline has passed before it begins, that is the whole `timeout`,
/// because `cargo lambda watch` gives every invocation a deadline in 1970.
#[must_use]
pub fn time_left(context: &Context, timeout: Duration) -> Duration {
    let left = context.deadline().duration_since(SystemTime::now());
    left.unwrap_or(timeout)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIMEOUT: Duration = Duration::from_secs(10);

    fn invocation_ending_at(end: SystemTime) -> Context {
        let mut context = Context::default();
        let since_1970 = end.duration_since(SystemTime::UNIX_EPOCH).unwrap();
        context.deadline = since_1970.as_millis().try_into().unwrap();
        context
    }

    #[test]
    fn ends_at_the_deadline_that_lambda_gives() {
        let context = invocation_ending_at(SystemTime::now() + Duration::from_secs(4));
        let left = time_left(&context, TIMEOUT);
        assert!(
            left > Duration::from_secs(2) && left <= Duration::from_secs(4),
            "{left:?}"
        );
    }

    #[test]
    fn is_the_whole_timeout_if_the_deadline_has_passed_already() {
        let context = invocation_ending_at(SystemTime::UNIX_EPOCH);
        assert_eq!(time_left(&context, TIMEOUT), TIMEOUT);
    }
}
