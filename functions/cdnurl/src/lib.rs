//! The cdnurl service: the URL that each asset is played from.

mod media_url;

use domain::Invalid;
use lambda_http::Request;
use platform::{
    asset_endpoints,
    aws::AssetTable,
    http::{Error, Fields, Reply},
};
use serde::{Deserialize, Serialize};

pub use media_url::MediaUrl;

/// An asset's location.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Location {
    url: MediaUrl,
}

impl TryFrom<Fields> for Location {
    type Error = Invalid;

    fn try_from(mut body: Fields) -> Result<Self, Invalid> {
        let location = Self { url: body.take("url")? };
        body.finish()?;
        Ok(location)
    }
}

/// `GET /url/asset/{assetId}`: 200 `{"id","url"}`.
///
/// # Errors
/// 400 for a malformed id, 404 for an unknown asset, 503 when the table does not answer.
pub async fn get_url(table: &AssetTable, request: Request) -> Result<Reply, Error> {
    asset_endpoints::get::<Location>(table, request).await
}

/// `POST /url/asset/{assetId}`: replaces the URL, 200 `{"status":"ok"}`.
///
/// # Errors
/// 400, 413 or 415 for a malformed id or body, 503 when the table does not answer.
pub async fn post_url(table: &AssetTable, request: Request) -> Result<Reply, Error> {
    asset_endpoints::post::<Location>(table, request).await
}

/// `DELETE /url/asset/{assetId}`: 200 `{"status":"ok"}`, also if there was none.
///
/// # Errors
/// 400 for a malformed id, 503 when the table does not answer.
pub async fn delete_url(table: &AssetTable, request: Request) -> Result<Reply, Error> {
    asset_endpoints::delete(table, request).await
}
