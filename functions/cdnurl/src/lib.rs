//! The cdnurl service: where an asset is played from.

mod media_url;

use common::{
    Error, Invalid, Reply,
    fields::Fields,
    records::Records,
    request::{asset_id, fields},
};
use lambda_http::Request;
use serde::{Deserialize, Serialize};

pub use media_url::MediaUrl;

/// Where an asset is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Location {
    url: MediaUrl,
}

impl Location {
    fn parse(mut body: Fields) -> Result<Self, Invalid> {
        let location = Self { url: body.take("url")? };
        body.finish()?;
        Ok(location)
    }
}

#[derive(Serialize)]
struct Answer {
    id: common::AssetId,
    #[serde(flatten)]
    location: Location,
}

/// `GET /url/asset/{assetId}`: 200 `{"id","url"}`.
///
/// # Errors
/// 400 for a bad id, 404 for an unknown asset, 503 when the table does not answer.
pub async fn get_url(locations: &Records, request: Request) -> Result<Reply, Error> {
    let id = asset_id(&request)?;
    let location = locations.get(&id).await?;
    Ok(Reply::ok(&Answer { id, location }))
}

/// `POST /url/asset/{assetId}`: replaces the URL, 200 `{"status":"ok"}`.
///
/// # Errors
/// 400, 413 or 415 for a bad id or body, 503 when the table does not answer.
pub async fn post_url(locations: &Records, request: Request) -> Result<Reply, Error> {
    let id = asset_id(&request)?;
    let location = Location::parse(fields(&request)?)?;
    locations.replace(&id, &location).await?;
    Ok(Reply::stored())
}
