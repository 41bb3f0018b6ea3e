//! The correlation id: the gateway's id of a request. It goes with all work for that request, from the access log
//! through every invocation and the view event to count-views.

use domain::CorrelationId;
use tokio::task::futures::TaskLocalFuture;

tokio::task_local! {
    static CURRENT: Option<CorrelationId>;
}

/// The id of the current request, if the gateway gave it one.
#[must_use]
pub fn current() -> Option<CorrelationId> {
    CURRENT.try_with(Clone::clone).ok().flatten()
}

/// Runs `work` with `id` as the current one.
pub fn scope<W: Future>(id: Option<CorrelationId>, work: W) -> TaskLocalFuture<Option<CorrelationId>, W> {
    CURRENT.scope(id, work)
}
