//! `POST /events/asset/{assetId}/user/{userId}`: counts one view at once.

use std::time::Duration;

use common::{
    Error, Reply,
    request::{asset_id, idempotency_key, user_id},
    view::View,
};
use lambda_http::Request;
use serde_json::json;
use tokio::{time::Instant, try_join};

use crate::{Counts, Ledger};

/// How long the view may take to be counted; the function's timeout leaves room to read the counts after that.
const LIMIT: Duration = Duration::from_secs(5);

/// Counts a view: 200 `{"userviews","assetviews"}`, the counts after it.
///
/// # Errors
/// 400 for a bad id or key, 503 when the table does not answer: a retry with the same `Idempotency-Key` is safe.
pub async fn post_view(ledger: &Ledger, counts: &Counts, request: Request) -> Result<Reply, Error> {
    let key = idempotency_key(&request)?;
    let view = View::now(asset_id(&request)?, user_id(&request)?, key.as_ref());
    let outcome = ledger.record(vec![view.clone()], Instant::now() + LIMIT).await;
    outcome.emit(0);
    if !outcome.failed.is_empty() {
        return Err(Error::unavailable("the view could not be counted"));
    }
    let (userviews, assetviews) = try_join!(
        counts.of_user(&view.user_id, true),
        counts.of_asset(&view.asset_id, true)
    )?;
    Ok(Reply::ok(&json!({"userviews": userviews, "assetviews": assetviews})))
}
