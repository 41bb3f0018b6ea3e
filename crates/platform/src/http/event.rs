//! The raw event of an invocation, reduced to what endpoints read.
//!
//! A client, a proxy and a token decide what is in an event. The conversion of `lambda_http` reads all of it and panics,
//! for example, on a query or a `Host` that no URI can have. Whatever no endpoint reads is dropped here, so that it can't
//! break a request.

use std::collections::HashMap;

use domain::{CorrelationId, Invalid};
use lambda_http::{
    Body, Request, RequestExt,
    aws_lambda_events::{encodings::Base64Data, query_map::QueryMap},
    http::{HeaderName, HeaderValue, Method},
};
use serde::Deserialize;
use serde_json::Value;

/// The headers that endpoints read.
const HEADERS: [&str; 3] = ["content-type", "idempotency-key", "event-id"];

/// The facts about a request that the gateway adds.
#[derive(Debug, Clone)]
pub(crate) struct Facts {
    /// The gateway's id of the request.
    pub(crate) correlation_id: Option<CorrelationId>,
    /// The `sub` of the token that the gateway's JWT authorizer has verified.
    pub(crate) subject: Option<String>,
}

/// Reads an event of an HTTP API (payload format 2.0), as the gateway and play send it.
///
/// A header or body that can't be read is handed on as an empty one, which an endpoint that reads it rejects.
///
/// # Errors
/// [`Invalid`] when the event is not a JSON object with a method.
pub fn read_event(event: &str) -> Result<Request, Invalid> {
    let mut event: Value = serde_json::from_str(event).map_err(|_| not_a_request())?;
    let method = text(&event, "/requestContext/http/method").and_then(|name| name.parse::<Method>().ok());
    let mut request = Request::new(body(&mut event));
    *request.method_mut() = method.ok_or_else(not_a_request)?;
    request.headers_mut().extend(headers(&event));
    request.extensions_mut().insert(facts(&event));
    let Ok(query) = text(&event, "/rawQueryString").unwrap_or_default().parse::<QueryMap>();
    let request = request.with_query_string_parameters(query);
    Ok(request.with_path_parameters(path_parameters(&event)))
}

fn not_a_request() -> Invalid {
    Invalid {
        field: "event".to_owned(),
        code: "invalid_event",
        problem: "is not a request of an HTTP API".to_owned(),
    }
}

/// The text at a JSON pointer.
fn text<'e>(event: &'e Value, pointer: &str) -> Option<&'e str> {
    event.pointer(pointer)?.as_str()
}

fn facts(event: &Value) -> Facts {
    let id = text(event, "/requestContext/requestId").map(str::to_owned);
    Facts {
        correlation_id: id.and_then(|id| id.try_into().ok()),
        subject: text(event, "/requestContext/authorizer/jwt/claims/sub").map(str::to_owned),
    }
}

fn headers(event: &Value) -> impl Iterator<Item = (HeaderName, HeaderValue)> {
    let all = event["headers"].as_object().into_iter().flatten();
    all.filter(|(_, value)| !value.is_null()).filter_map(|(name, value)| {
        let wanted = HEADERS.into_iter().find(|wanted| name.eq_ignore_ascii_case(wanted))?;
        let value = HeaderValue::from_bytes(value.as_str().unwrap_or_default().as_bytes());
        let value = value.unwrap_or_else(|_| HeaderValue::from_static(""));
        Some((HeaderName::from_static(wanted), value))
    })
}

fn body(event: &mut Value) -> Body {
    let is_encoded = event["isBase64Encoded"] == true;
    match event.get_mut("body").map(Value::take) {
        Some(Value::String(text)) if !is_encoded => Body::Text(text),
        Some(encoded) if is_encoded => {
            Base64Data::deserialize(encoded).map_or(Body::Empty, |bytes| Body::Binary(bytes.0))
        }
        _ => Body::Empty,
    }
}

fn path_parameters(event: &Value) -> HashMap<String, String> {
    let all = event["pathParameters"].as_object().into_iter().flatten();
    let owned = |(name, value): (&String, &Value)| Some((name.clone(), value.as_str()?.to_owned()));
    all.filter_map(owned).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::http::{correlation_id, idempotency_key, subject};

    fn event() -> Value {
        json!({
            "version": "2.0",
            "rawQueryString": "days=7&q=%22x%22",
            "headers": {"Content-Type": "application/json", "host": "127.0.0.1:99999", "idempotency-key": "k"},
            "requestContext": {
                "http": {"method": "POST"},
                "requestId": "JKJaXmPLvHcESHA=",
                "authorizer": {"jwt": {"claims": {"sub": "8", "exp": 1, "amr": null}}},
            },
            "pathParameters": {"assetId": "123"},
            "body": "e30=",
            "isBase64Encoded": true,
        })
    }

    fn read(event: &Value) -> Request {
        read_event(&event.to_string()).unwrap()
    }

    #[test]
    fn hands_on_what_endpoints_read() {
        let request = read(&event());
        assert_eq!(request.method(), Method::POST);
        assert_eq!(request.headers().len(), 2);
        assert_eq!(request.headers()["content-type"], "application/json");
        assert_eq!(idempotency_key(&request).unwrap().unwrap().as_str(), "k");
        assert_eq!(correlation_id(&request).unwrap().to_string(), "JKJaXmPLvHcESHA=");
        assert_eq!(subject(&request), Some("8"));
        assert_eq!(request.path_parameters().first("assetId"), Some("123"));
        assert_eq!(request.query_string_parameters().first("days"), Some("7"));
        assert_eq!(request.body().as_ref(), b"{}");
    }

    #[test]
    fn an_unreadable_header_or_body_is_an_empty_one() {
        let mut event = event();
        event["headers"]["idempotency-key"] = json!("a\u{0}b");
        event["body"] = json!("no Base64");
        let request = read(&event);
        assert_eq!(request.headers()["idempotency-key"], "");
        assert_eq!(request.body().as_ref(), b"");
        event["headers"]["idempotency-key"] = json!(1);
        assert_eq!(read(&event).headers()["idempotency-key"], "");
        event["headers"]["idempotency-key"] = Value::Null;
        assert!(!read(&event).headers().contains_key("idempotency-key"));
    }

    #[test]
    fn an_event_without_a_method_is_not_a_request() {
        let mut without = event();
        without["requestContext"]["http"]["method"] = json!("no method");
        let nested = "[".repeat(1_000) + &"]".repeat(1_000);
        for event in ["", "null", "[]", "\"GET\"", "{}", &nested, &without.to_string()] {
            let refused = read_event(event).map_err(|invalid| (invalid.field, invalid.code));
            assert_eq!(
                refused.unwrap_err(),
                ("event".to_owned(), "invalid_event"),
                "{event:.80}"
            );
        }
    }
}
