//! The metadata service: what an asset is.

use common::{
    Error, Invalid, Reply,
    fields::Fields,
    records::Records,
    request::{asset_id, fields},
    text::Text,
};
use lambda_http::Request;
use serde::{Deserialize, Serialize};

/// An asset's metadata.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    title: Text<1, 200>,
    genre: Text<1, 64>,
    summary: Text<0, 4_000>,
}

impl Content {
    fn parse(mut body: Fields) -> Result<Self, Invalid> {
        let content = Self {
            title: body.take("title")?,
            genre: body.take("genre")?,
            summary: body.take("summary")?,
        };
        body.finish()?;
        Ok(content)
    }
}

#[derive(Serialize)]
struct Answer {
    id: common::AssetId,
    #[serde(flatten)]
    content: Content,
}

/// `GET /content/asset/{assetId}`: 200 `{"id","title","genre","summary"}`.
///
/// # Errors
/// 400 for a bad id, 404 for an unknown asset, 503 when the table does not answer.
pub async fn get_content(contents: &Records, request: Request) -> Result<Reply, Error> {
    let id = asset_id(&request)?;
    let content = contents.get(&id).await?;
    Ok(Reply::ok(&Answer { id, content }))
}

/// `POST /content/asset/{assetId}`: replaces the whole record, 200 `{"status":"ok"}`.
///
/// # Errors
/// 400, 413 or 415 for a bad id or body, 503 when the table does not answer.
pub async fn post_content(contents: &Records, request: Request) -> Result<Reply, Error> {
    let id = asset_id(&request)?;
    let content = Content::parse(fields(&request)?)?;
    contents.replace(&id, &content).await?;
    Ok(Reply::stored())
}
