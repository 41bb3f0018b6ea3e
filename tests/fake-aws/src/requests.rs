//! Sample requests, as the gateway sends them and as a function reads them.

use std::path::Path;

use lambda_http::Request;
use platform::http::read_event;
use serde_json::{Value, json};

/// The file `events/<name>.json` of the repository.
#[must_use]
pub fn sample_event(name: &str) -> String {
    let events = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events");
    std::fs::read_to_string(events.join(format!("{name}.json"))).unwrap()
}

/// A sample event with other values at these JSON pointers, whose parents it has or is given.
#[must_use]
pub fn event_with(name: &str, changes: &[(&str, Value)]) -> String {
    let mut event: Value = serde_json::from_str(&sample_event(name)).unwrap();
    for (pointer, value) in changes {
        let names = pointer.split('/').skip(1);
        *names.fold(&mut event, |parent, name| &mut parent[name]) = value.clone();
    }
    event.to_string()
}

/// A sample event, as the request that an endpoint gets.
#[must_use]
pub fn sample(name: &str) -> Request {
    read_event(&sample_event(name)).unwrap()
}

/// The request of a sample event with other path parameters.
#[must_use]
pub fn sample_with(name: &str, parameters: &[(&str, &str)]) -> Request {
    let parameters: Value = parameters.iter().copied().collect();
    read_event(&event_with(name, &[("/pathParameters", parameters)])).unwrap()
}

/// The request of a sample event with another query, such as `days=7`.
#[must_use]
pub fn sample_with_query(name: &str, query: &str) -> Request {
    read_event(&event_with(name, &[("/rawQueryString", json!(query))])).unwrap()
}

/// The request of a sample event with another JSON body.
#[must_use]
pub fn sample_with_body(name: &str, body: &str) -> Request {
    read_event(&event_with(name, &[("/body", json!(body))])).unwrap()
}

/// The request of a sample event with another content type.
#[must_use]
pub fn sample_with_content_type(name: &str, content_type: &str) -> Request {
    read_event(&event_with(name, &[("/headers/content-type", json!(content_type))])).unwrap()
}
