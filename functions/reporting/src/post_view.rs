//! `POST /events/asset/{assetId}/user/{userId}`: counts one view synchronously.

use std::time::Duration;

use domain::{View, ViewWindow};
use lambda_http::Request;
use platform::{
    BoxError,
    http::{Error, Reply, asset_id, idempotency_key, user_id},
    telemetry::{correlation, metrics},
};
use tokio::time::Instant;

use crate::{Counts, Ledger};

/// The longest a view may take to be counted. Reading the counts takes up to five seconds after that, which leaves one of
/// the function's ten for the answer.
const LIMIT: Duration = Duration::from_secs(4);

/// Counts a view: 200 `{"userviews","assetviews"}`, the counts after it. A user's views of an asset without a key are one
/// within a window.
///
/// # Errors
/// 400 for a malformed id or key, 503 when the table does not answer. A retry with the same `Idempotency-Key` is safe.
pub async fn post_view(
    window: Option<ViewWindow>,
    ledger: &Ledger,
    counts: &Counts,
    request: Request,
) -> Result<Reply, Error> {
    let key = idempotency_key(&request)?;
    let view = View::now_in(window, asset_id(&request)?, user_id(&request)?, key.as_ref());
    let view = view.with_correlation_id(correlation::current());
    let outcome = ledger.record(vec![view.clone()], Instant::now() + LIMIT).await;
    metrics::emit(&outcome.metrics());
    if !outcome.failed.is_empty() {
        return Err(BoxError::from("the view could not be counted").into());
    }
    Ok(Reply::ok(&counts.views(&view.user_id, &view.asset_id, true).await?))
}
