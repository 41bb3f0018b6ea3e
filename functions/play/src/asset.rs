//! An asset as play knows it: the answers of metadata and cdnurl.

use serde::{Deserialize, Serialize};

/// The answer of `GET /content/asset/{assetId}`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Content {
    title: String,
    genre: String,
    summary: String,
}

/// The answer of `GET /url/asset/{assetId}`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Location {
    url: String,
}

/// An asset's metadata and location.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Asset {
    #[serde(flatten)]
    pub content: Content,
    #[serde(flatten)]
    pub location: Location,
}
