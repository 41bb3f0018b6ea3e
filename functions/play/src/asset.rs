//! What play knows of an asset: the answers of metadata and cdnurl.

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

/// Both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Asset {
    /// What it is.
    #[serde(flatten)]
    pub content: Content,
    /// Where it is.
    #[serde(flatten)]
    pub location: Location,
}
