//! What an endpoint reads out of a request, parsed into types that need no second check.

use lambda_http::{Request, RequestExt, http::header::CONTENT_TYPE};

use crate::{AssetId, Error, Invalid, UserId, fields::Fields, view::IdempotencyKey};

/// Largest body, in bytes.
pub const MAX_BODY: usize = 64 * 1024;

/// The `{assetId}` of the path.
///
/// # Errors
/// [`Invalid`] when it is missing or not an id.
pub fn asset_id(request: &Request) -> Result<AssetId, Invalid> {
    parameter(request, AssetId::PARAMETER).try_into()
}

/// The `{userId}` of the path.
///
/// # Errors
/// [`Invalid`] when it is missing or not an id.
pub fn user_id(request: &Request) -> Result<UserId, Invalid> {
    parameter(request, UserId::PARAMETER).try_into()
}

/// A path parameter. The gateway has percent-decoded it, and nothing here does so again: `%2541` must not become `A`.
fn parameter(request: &Request, name: &str) -> String {
    let parameters = request.path_parameters_ref();
    parameters
        .and_then(|all| all.first(name))
        .unwrap_or_default()
        .to_owned()
}

/// The `Idempotency-Key` header, where there is one.
///
/// # Errors
/// [`Invalid`] when it is not 1 to 128 visible ASCII characters, or is given twice.
pub fn idempotency_key(request: &Request) -> Result<Option<IdempotencyKey>, Invalid> {
    let mut values = request.headers().get_all(IdempotencyKey::HEADER).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => IdempotencyKey::parse(value.as_bytes()).map(Some),
        (Some(_), Some(_)) => Err(IdempotencyKey::invalid("must be given once")),
    }
}

/// The body as the fields of a JSON object.
///
/// # Errors
/// When it is not a JSON object, is larger than 64 KiB, or says that it is something else than JSON.
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
