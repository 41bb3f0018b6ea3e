//! The parts of a request that endpoints read, parsed into types.

use domain::{AssetId, CorrelationId, EventId, IdempotencyKey, Invalid, UserId};
use lambda_http::{Request, RequestExt, http::header::CONTENT_TYPE};

use crate::http::{Error, Fields, event::Facts};

/// Largest body, in bytes.
const MAX_BODY: usize = 64 * 1024;

/// The `{assetId}` of the path.
///
/// # Errors
/// [`Invalid`] when it is missing or malformed.
pub fn asset_id(request: &Request) -> Result<AssetId, Invalid> {
    parameter(request, AssetId::PARAMETER).try_into()
}

/// The `{userId}` of the path.
///
/// # Errors
/// [`Invalid`] when it is missing or malformed.
pub fn user_id(request: &Request) -> Result<UserId, Invalid> {
    parameter(request, UserId::PARAMETER).try_into()
}

/// A path parameter. The gateway has percent-decoded it, and decoding again would turn `%2541` into `A`.
fn parameter(request: &Request, name: &str) -> String {
    let parameters = request.path_parameters_ref();
    parameters
        .and_then(|all| all.first(name))
        .unwrap_or_default()
        .to_owned()
}

/// The `Idempotency-Key` header, if there is one. Two of them, which the gateway joins, are one key.
///
/// # Errors
/// [`Invalid`] when it is malformed.
pub fn idempotency_key(request: &Request) -> Result<Option<IdempotencyKey>, Invalid> {
    let value = request.headers().get(IdempotencyKey::HEADER);
    value.map(|value| IdempotencyKey::parse(value.as_bytes())).transpose()
}

/// The `Event-Id` header, if there is one.
///
/// # Errors
/// [`Invalid`] when it is malformed.
pub fn event_id(request: &Request) -> Result<Option<EventId>, Invalid> {
    let value = request.headers().get(EventId::HEADER);
    value.map(|value| EventId::parse(value.as_bytes())).transpose()
}

/// The gateway's id of the request.
#[must_use]
pub fn correlation_id(request: &Request) -> Option<CorrelationId> {
    facts(request)?.correlation_id.clone()
}

/// The `sub` of the token, which the gateway's JWT authorizer has verified.
#[must_use]
pub fn subject(request: &Request) -> Option<&str> {
    facts(request)?.subject.as_deref()
}

fn facts(request: &Request) -> Option<&Facts> {
    request.extensions().get()
}

/// The body as the fields of a JSON object.
///
/// # Errors
/// When it is not a JSON object, is larger than 64 KiB, or has another content type than JSON.
pub fn fields(request: &Request) -> Result<Fields, Error> {
    if request.body().len() > MAX_BODY {
        return Err(Error::BodyTooLarge);
    }
    if request
        .headers()
        .get(CONTENT_TYPE)
        .is_some_and(|value| !is_json(value.as_bytes()))
    {
        return Err(Error::UnsupportedMediaType);
    }
    Ok(Fields::parse(request.body())?)
}

/// Whether a `Content-Type` is `application/json`, whatever its parameters.
fn is_json(content_type: &[u8]) -> bool {
    let essence = content_type.split(|byte| *byte == b';').next().unwrap_or_default();
    essence.trim_ascii().eq_ignore_ascii_case(b"application/json")
}
