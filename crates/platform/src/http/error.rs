//! The failures of a request, and the one place where they become a reply.

use domain::{AssetId, Invalid, UserId};
use lambda_http::http::StatusCode;
use serde_json::json;

use crate::{BoxError, http::Reply};

/// A failure of a request.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// 400: a parameter, header or field breaks the contract.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// 403: the viewer's token belongs to another user.
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
    /// 503: a dependency of this function failed. The cause is for the log, not for the caller.
    #[error("temporarily unavailable, try again")]
    Unavailable(#[from] BoxError),
}

impl Error {
    /// The reply for the caller: JSON with `status` (a message), `code` (stable, for programs) and, where it applies,
    /// the offending `field` or the `id` that was not found.
    #[must_use]
    pub fn reply(&self) -> Reply {
        let (status, code) = match self {
            Self::Invalid(invalid) => (StatusCode::BAD_REQUEST, invalid.code),
            Self::NotTheUser => (StatusCode::FORBIDDEN, "not_the_user"),
            Self::BodyTooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "body_too_large"),
            Self::UnsupportedMediaType => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type"),
            Self::AssetNotFound(_) => (StatusCode::NOT_FOUND, "asset_not_found"),
            Self::UserNotFound(_) => (StatusCode::NOT_FOUND, "user_not_found"),
            Self::Unavailable(_) => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
        };
        let mut body = json!({"status": self.to_string(), "code": code});
        match self {
            Self::Invalid(invalid) => body["field"] = json!(invalid.field),
            Self::AssetNotFound(id) => body["id"] = json!(id),
            Self::UserNotFound(id) => body["id"] = json!(id),
            Self::NotTheUser | Self::BodyTooLarge | Self::UnsupportedMediaType | Self::Unavailable(_) => {}
        }
        Reply::new(status, body)
    }
}
