//! Sample requests, as the gateway sends them.

use std::{collections::HashMap, path::Path};

use lambda_http::{Body, Request, RequestExt, http::header::CONTENT_TYPE};

/// The file `events/<name>.json` of the repository.
#[must_use]
pub fn sample_event(name: &str) -> String {
    let events = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events");
    std::fs::read_to_string(events.join(format!("{name}.json"))).unwrap()
}

/// A sample HTTP event, as the request that `lambda_http` turns it into.
#[must_use]
pub fn sample(name: &str) -> Request {
    lambda_http::request::from_str(&sample_event(name)).unwrap()
}

/// The request of a sample event with other path parameters.
#[must_use]
pub fn sample_with(name: &str, parameters: &[(&str, &str)]) -> Request {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), vec![(*value).to_owned()]);
    let parameters: HashMap<_, _> = parameters.iter().map(owned).collect();
    sample(name).with_path_parameters(parameters)
}

/// The request of a sample event with another JSON body.
#[must_use]
pub fn sample_with_body(name: &str, body: &str) -> Request {
    let mut request = sample(name);
    *request.body_mut() = Body::from(body);
    request
}

/// The request of a sample event with another content type.
#[must_use]
pub fn sample_with_content_type(name: &str, content_type: &'static str) -> Request {
    let mut request = sample(name);
    request
        .headers_mut()
        .insert(CONTENT_TYPE, content_type.parse().unwrap());
    request
}
