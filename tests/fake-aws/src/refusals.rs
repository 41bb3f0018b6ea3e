//! Assertions about the replies of endpoints that refuse a request.

use platform::http::{Error, Reply};
use serde_json::json;

/// Asserts a 503 that tells a caller to try again and nothing else, such as the name of a table.
pub fn assert_unavailable(answer: Result<Reply, Error>) {
    let reply = answer.unwrap_err().reply();
    let body = json!({"status": "temporarily unavailable, try again", "code": "unavailable"});
    assert_eq!((reply.status.as_u16(), reply.body), (503, body));
}
