//! Stand-ins for the services that a play asks. They know the asset 123.

use serde_json::json;

use crate::Answer;

/// The reply of the function `get-content`, `get-url` or `get-views`. None for another function.
#[must_use]
pub fn reply(function: &str) -> Option<Answer> {
    let body = match function {
        "get-content" => json!({"id": "123", "title": "It", "genre": "horror", "summary": "A very scary movie"}),
        "get-url" => json!({"id": "123", "url": "path/to/asset123.mp4"}),
        "get-views" => json!({"userviews": 4, "assetviews": 41}),
        _ => return None,
    };
    Some(Answer::reply(200, &body))
}
