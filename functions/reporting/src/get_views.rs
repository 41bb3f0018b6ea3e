//! `GET /events/...`: the view counts.

use common::{
    Error, Reply,
    request::{asset_id, user_id},
};
use lambda_http::Request;
use serde_json::json;
use tokio::try_join;

use crate::Counts;

/// `GET /events/user/{userId}`: 200 `{"id","views"}`.
///
/// # Errors
/// 400 for a bad id, 404 for a user who never watched anything, 503 when the table does not answer.
pub async fn get_user_views(counts: &Counts, request: Request) -> Result<Reply, Error> {
    let id = user_id(&request)?;
    match counts.of_user(&id, false).await? {
        Some(views) => Ok(Reply::ok(&json!({"id": id, "views": views}))),
        None => Err(Error::UserNotFound(id)),
    }
}

/// `GET /events/asset/{assetId}`: 200 `{"id","views"}`.
///
/// # Errors
/// 400 for a bad id, 404 for an asset that nobody ever watched, 503 when the table does not answer.
pub async fn get_asset_views(counts: &Counts, request: Request) -> Result<Reply, Error> {
    let id = asset_id(&request)?;
    match counts.of_asset(&id, false).await? {
        Some(views) => Ok(Reply::ok(&json!({"id": id, "views": views}))),
        None => Err(Error::AssetNotFound(id)),
    }
}

/// `GET /events/asset/{assetId}/user/{userId}`: 200 `{"userviews","assetviews"}`, 0 where nothing was recorded.
///
/// # Errors
/// 400 for a bad id, 503 when the table does not answer.
pub async fn get_views(counts: &Counts, request: Request) -> Result<Reply, Error> {
    let (asset, user) = (asset_id(&request)?, user_id(&request)?);
    let (userviews, assetviews) = try_join!(counts.of_user(&user, false), counts.of_asset(&asset, false))?;
    Ok(Reply::ok(&json!({
        "userviews": userviews.unwrap_or(0),
        "assetviews": assetviews.unwrap_or(0),
    })))
}
