//! The metadata service: title, genre and summary of each asset.

mod cursor;
mod list;

use domain::{Invalid, Text};
use lambda_http::Request;
use platform::{
    asset_endpoints,
    aws::AssetTable,
    http::{Error, Fields, Reply},
};
use serde::{Deserialize, Serialize};

pub use list::list_content;

/// An asset's metadata.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    title: Text<1, 200>,
    genre: Text<1, 64>,
    summary: Text<0, 4_000>,
}

impl TryFrom<Fields> for Content {
    type Error = Invalid;

    fn try_from(mut body: Fields) -> Result<Self, Invalid> {
        let content = Self {
            title: body.take("title")?,
            genre: body.take("genre")?,
            summary: body.take("summary")?,
        };
        body.finish()?;
        Ok(content)
    }
}

/// `GET /content/asset/{assetId}`: 200 `{"id","title","genre","summary"}`.
///
/// # Errors
/// 400 for a malformed id, 404 for an unknown asset, 503 when the table does not answer.
pub async fn get_content(table: &AssetTable, request: Request) -> Result<Reply, Error> {
    asset_endpoints::get::<Content>(table, request).await
}

/// `POST /content/asset/{assetId}`: replaces the whole record, 200 `{"status":"ok"}`.
///
/// # Errors
/// 400, 413 or 415 for a malformed id or body, 503 when the table does not answer.
pub async fn post_content(table: &AssetTable, request: Request) -> Result<Reply, Error> {
    asset_endpoints::post::<Content>(table, request).await
}

/// `DELETE /content/asset/{assetId}`: 200 `{"status":"ok"}`, also if there was none.
///
/// # Errors
/// 400 for a malformed id, 503 when the table does not answer.
pub async fn delete_content(table: &AssetTable, request: Request) -> Result<Reply, Error> {
    asset_endpoints::delete(table, request).await
}
