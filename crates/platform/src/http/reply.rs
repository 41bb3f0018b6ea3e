//! A reply: an HTTP status and a JSON body.

use std::{future::ready, pin::Pin};

use lambda_http::{
    Body, IntoResponse, Response,
    http::{HeaderValue, StatusCode, header::CONTENT_TYPE},
};
use serde::Serialize;
use serde_json::{Value, json};

#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    pub status: StatusCode,
    pub body: Value,
}

impl Reply {
    #[must_use]
    pub const fn new(status: StatusCode, body: Value) -> Self {
        Self { status, body }
    }

    /// `status` with `body` as JSON. A body that can't be serialised is a 500.
    #[must_use]
    pub fn json(status: StatusCode, body: &impl Serialize) -> Self {
        serde_json::to_value(body).map_or_else(
            |error| {
                tracing::error!(cause = %error, "the reply can't be serialised");
                let body = json!({"status": "internal error", "code": "internal_error"});
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, body)
            },
            |body| Self::new(status, body),
        )
    }

    /// 200 with `body`.
    #[must_use]
    pub fn ok(body: &impl Serialize) -> Self {
        Self::json(StatusCode::OK, body)
    }

    /// 200 with `{"status":"ok"}`: the request's content is stored.
    #[must_use]
    pub fn stored() -> Self {
        Self::new(StatusCode::OK, json!({"status": "ok"}))
    }
}

/// The body as text. The conversion that `lambda_http` has for any `Response` knows every character set, which is a quarter of a
/// megabyte.
impl IntoResponse for Reply {
    fn into_response(self) -> Pin<Box<dyn Future<Output = Response<Body>> + Send>> {
        let mut response = Response::new(Body::from(self.body.to_string()));
        *response.status_mut() = self.status;
        response
            .headers_mut()
            .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Box::pin(ready(response))
    }
}

#[cfg(test)]
mod tests {
    use serde::Serializer;

    use super::*;

    struct Unserialisable;

    impl Serialize for Unserialisable {
        fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            Err(serde::ser::Error::custom("no"))
        }
    }

    #[test]
    fn a_body_that_cannot_be_serialised_is_a_500() {
        let reply = Reply::ok(&Unserialisable);
        assert_eq!(reply.status, StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(reply.body["code"], "internal_error");
    }
}
