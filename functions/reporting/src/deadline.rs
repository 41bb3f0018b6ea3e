//! The moment at which count-views stops counting.

use std::time::{Duration, SystemTime};

use lambda_runtime::Context;
use tokio::time::Instant;

/// The part of the function's time that is left for answering which messages were not counted.
const MARGIN: Duration = Duration::from_secs(2);

/// The time of an invocation whose deadline has passed before it begins, as under `cargo lambda watch`, which gives every
/// invocation a deadline in 1970.
const WITHOUT_DEADLINE: Duration = Duration::from_secs(30);

/// The moment to stop counting, by the deadline that Lambda gives the invocation.
#[must_use]
pub fn deadline(context: &Context) -> Instant {
    let time_left = context.deadline().duration_since(SystemTime::now());
    Instant::now() + time_left.unwrap_or(WITHOUT_DEADLINE).saturating_sub(MARGIN)
}
