//! A reply: an HTTP status and a JSON body.

use std::{future::ready, pin::Pin};

use lambda_http::{
    Body, IntoResponse, Response,
    http::{HeaderValue, StatusCode, header::CONTENT_TYPE},
};
use serde::Serialize;
use serde_json::{Value, json};

/// What an endpoint answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    /// The HTTP status.
    pub http_status: u16,
    /// The JSON body.
    pub body: Value,
}

impl Reply {
    /// Any status with any body.
    #[must_use]
    pub fn json(http_status: u16, body: &impl Serialize) -> Self {
        let body = serde_json::to_value(body).unwrap_or_else(|error| json!({"status": error.to_string()}));
        Self { http_status, body }
    }

    /// 200 with `body`.
    #[must_use]
    pub fn ok(body: &impl Serialize) -> Self {
        Self::json(200, body)
    }

    /// 200 with `{"status":"ok"}`: what was sent is stored.
    #[must_use]
    pub fn stored() -> Self {
        Self::ok(&json!({"status": "ok"}))
    }
}

/// Text as it is. The conversion for any `Response` knows every character set, in a quarter of a megabyte.
impl IntoResponse for Reply {
    fn into_response(self) -> Pin<Box<dyn Future<Output = Response<Body>> + Send>> {
        let mut response = Response::new(Body::from(self.body.to_string()));
        *response.status_mut() = StatusCode::from_u16(self.http_status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        response
            .headers_mut()
            .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Box::pin(ready(response))
    }
}
