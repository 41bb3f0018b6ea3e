//! `DELETE /events/user/{userId}`: forgets a user.

use std::time::Duration;

use lambda_http::Request;
use platform::http::{Error, Reply, user_id};
use tokio::time::Instant;

use crate::UserRecords;

/// The longest that forgetting may take, well under the function's timeout.
const LIMIT: Duration = Duration::from_secs(8);

/// Forgets a user's total: 200 `{"status":"ok"}`, also if there was none. The totals of assets stay.
///
/// # Errors
/// 400 for a malformed id, 503 when the tables do not answer.
pub async fn delete_user_views(records: &UserRecords, request: Request) -> Result<Reply, Error> {
    let user = user_id(&request)?;
    records.forget(&user, Instant::now() + LIMIT).await?;
    Ok(Reply::done())
}
