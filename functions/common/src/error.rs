//! What can go wrong in a request, and the one place where that becomes a reply.

use serde_json::json;

use crate::{AssetId, Reply, UserId};

/// Any failure of a request.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// 400: a parameter, header or field is not what the contract asks for.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// 403: the viewer's token is another user's.
    #[error("the token is not this user's")]
    NotTheUser,
    /// 413.
    #[error("the body is larger than 64 KiB")]
    BodyTooLarge,
    /// 415.
    #[error("the body must be application/json")]
    UnsupportedMediaType,
    /// 404.
    #[error("Asset not found")]
    AssetNotFound(AssetId),
    /// 404.
    #[error("User not found")]
    UserNotFound(UserId),
    /// 503: something behind this function did not do its part. The cause is for the log, not for the caller.
    #[error("temporarily unavailable, try again")]
    Unavailable(#[source] Cause),
}

/// Why something behind a function failed.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// A part of the request that is not what the contract asks for.
#[derive(Debug, Clone, thiserror::Error, PartialEq, Eq)]
#[error("{field} {problem}")]
pub struct Invalid {
    /// The path parameter, header or body field.
    pub field: String,
    /// Stable, `snake_case`: for programs.
    pub code: &'static str,
    /// What is wrong with the field, in words that go on from its name.
    pub problem: String,
}

/// What is wrong with a value, in words that go on from the name of its field.
#[derive(Debug, Clone, thiserror::Error, PartialEq, Eq)]
#[error("{0}")]
pub struct Problem(pub String);

impl Error {
    /// The failure of something behind this function.
    pub fn unavailable(cause: impl Into<Cause>) -> Self {
        Self::Unavailable(cause.into())
    }

    /// The reply that tells the caller: always JSON with `status` and `code`.
    #[must_use]
    pub fn reply(&self) -> Reply {
        let (http_status, code) = match self {
            Self::Invalid(invalid) => (400, invalid.code),
            Self::NotTheUser => (403, "not_the_user"),
            Self::BodyTooLarge => (413, "body_too_large"),
            Self::UnsupportedMediaType => (415, "unsupported_media_type"),
            Self::AssetNotFound(_) => (404, "asset_not_found"),
            Self::UserNotFound(_) => (404, "user_not_found"),
            Self::Unavailable(_) => (503, "unavailable"),
        };
        let mut body = json!({"status": self.to_string(), "code": code});
        match self {
            Self::Invalid(invalid) => body["field"] = json!(invalid.field),
            Self::AssetNotFound(id) => body["id"] = json!(id),
            Self::UserNotFound(id) => body["id"] = json!(id),
            Self::NotTheUser | Self::BodyTooLarge | Self::UnsupportedMediaType | Self::Unavailable(_) => {}
        }
        Reply::json(http_status, &body)
    }
}
