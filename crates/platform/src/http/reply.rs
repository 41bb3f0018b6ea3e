//! A reply: an HTTP status and a JSON body, with the headers that every reply has.

use lambda_http::{
    aws_lambda_events::apigw::ApiGatewayV2httpResponse,
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS},
    },
};
use serde::Serialize;
use serde_json::{Value, json};

/// No cache keeps a reply unless it is [`Reply::cacheable`].
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    pub status: StatusCode,
    pub body: Value,
    is_cacheable: bool,
}

impl Reply {
    #[must_use]
    pub const fn new(status: StatusCode, body: Value) -> Self {
        Self {
            status,
            body,
            is_cacheable: false,
        }
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

    /// 200 with `{"status":"ok"}`: what was asked for is done.
    #[must_use]
    pub fn done() -> Self {
        Self::new(StatusCode::OK, json!({"status": "ok"}))
    }

    /// The same reply, which browsers and CDNs may keep for a minute. An open read that is the same for everybody calls
    /// this on its 200: `Ok(Reply::ok(&page).cacheable())`.
    #[must_use]
    pub fn cacheable(self) -> Self {
        Self {
            is_cacheable: true,
            ..self
        }
    }

    fn headers(&self) -> HeaderMap {
        let cache_control = if self.is_cacheable { "max-age=60" } else { "no-store" };
        [
            (CONTENT_TYPE, "application/json"),
            (CACHE_CONTROL, cache_control),
            (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        ]
        .map(|(name, value)| (name, HeaderValue::from_static(value)))
        .into_iter()
        .collect()
    }
}

/// The answer that the gateway expects of a function.
impl From<Reply> for ApiGatewayV2httpResponse {
    fn from(reply: Reply) -> Self {
        let mut response = Self::default();
        response.status_code = reply.status.as_u16().into();
        response.headers = reply.headers();
        response.body = Some(reply.body.to_string().into());
        response
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

    fn headers(reply: &Reply) -> [String; 3] {
        let headers = reply.headers();
        ["content-type", "cache-control", "x-content-type-options"]
            .map(|name| headers[name].to_str().unwrap().to_owned())
    }

    #[test]
    fn a_reply_is_json_that_nobody_sniffs_or_caches_unless_it_is_cacheable() {
        let page = Reply::ok(&json!({"assets": []}));
        assert_eq!(headers(&page), ["application/json", "no-store", "nosniff"]);
        assert_eq!(
            headers(&page.cacheable()),
            ["application/json", "max-age=60", "nosniff"]
        );
    }
}
