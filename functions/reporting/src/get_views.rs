//! `GET /events/...`: the view counts.

use domain::EventId;
use lambda_http::Request;
use platform::http::{Error, Reply, asset_id, event_id, idempotency_key, user_id};
use serde::Serialize;
use serde_json::json;

use crate::{AssetCounters, Counts, Markers, UserCounters, ViewCounts};

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

#[derive(Serialize)]
struct Answer {
    #[serde(flatten)]
    counts: ViewCounts,
    #[serde(skip_serializing_if = "Option::is_none")]
    recorded: Option<bool>,
}

/// `GET /events/asset/{assetId}/user/{userId}`: 200 `{"userviews","assetviews"}`, 0 where nothing was recorded. With an
/// `Event-Id` or an `Idempotency-Key` also `recorded`: whether that view is in the counts. The id takes precedence.
///
/// # Errors
/// 400 for a malformed id or key, 503 when the table does not answer.
pub async fn get_views(counts: &Counts, markers: &Markers, request: Request) -> Result<Reply, Error> {
    let (id, key) = (event_id(&request)?, idempotency_key(&request)?);
    let (asset, user) = (asset_id(&request)?, user_id(&request)?);
    let mut views = counts.views(&user, &asset, false).await?;
    let recorded = match id.or_else(|| Some(EventId::of(&asset, &user, &key?))) {
        None => None,
        Some(id) => Some(markers.has(id).await?),
    };
    // If the marker is missing, the counts, which were read first, can't include the view. If it exists, a consistent read
    // after the check includes it.
    if recorded == Some(true) {
        views = counts.views(&user, &asset, true).await?;
    }
    Ok(Reply::ok(&Answer {
        counts: views,
        recorded,
    }))
}
