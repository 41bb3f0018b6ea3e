//! `GET /events/...`: the view counts.

use lambda_http::Request;
use platform::http::{Error, Reply, asset_id, user_id};
use serde_json::json;

use crate::{AssetCounters, Counts, UserCounters};

/// `GET /events/user/{userId}`: 200 `{"id","views"}`.
///
/// # Errors
/// 400 for a malformed id, 404 for a user without views, 503 when the table does not answer.
pub async fn get_user_views(counters: &UserCounters, request: Request) -> Result<Reply, Error> {
    let id = user_id(&request)?;
    match counters.views(&id, false).await? {
        Some(views) => Ok(Reply::ok(&json!({"id": id, "views": views}))),
        None => Err(Error::UserNotFound(id)),
    }
}

/// `GET /events/asset/{assetId}`: 200 `{"id","views"}`.
///
/// # Errors
/// 400 for a malformed id, 404 for an asset without views, 503 when the table does not answer.
pub async fn get_asset_views(counters: &AssetCounters, request: Request) -> Result<Reply, Error> {
    let id = asset_id(&request)?;
    match counters.views(&id, false).await? {
        Some(views) => Ok(Reply::ok(&json!({"id": id, "views": views}))),
        None => Err(Error::AssetNotFound(id)),
    }
}

/// `GET /events/asset/{assetId}/user/{userId}`: 200 `{"userviews","assetviews"}`, 0 where nothing was recorded.
///
/// # Errors
/// 400 for a malformed id, 503 when the table does not answer.
pub async fn get_views(counts: &Counts, request: Request) -> Result<Reply, Error> {
    let (asset, user) = (asset_id(&request)?, user_id(&request)?);
    Ok(Reply::ok(&counts.views(&user, &asset, false).await?))
}
