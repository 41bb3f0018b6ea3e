//! The services that a play calls: three backends and SQS. Every call takes the same time.

use std::{sync::Arc, time::Duration};

use fake_aws::{
    Answer, Call, backends,
    server::{Api, Server},
};
use serde_json::json;

/// Serves them on a free port.
#[must_use]
pub fn serve(round_trip: Duration) -> Server {
    Server::start(Arc::new(Api(Arc::new(move |call: &Call| answer(call, round_trip)))))
}

fn answer(call: &Call, round_trip: Duration) -> Answer {
    if call.is_ping() {
        return Answer::now(200, "healthy");
    }
    let sent = || Answer::now(200, json!({"MessageId": "1"}).to_string());
    let reply = call.function().and_then(|name| backends::reply(&name));
    reply.unwrap_or_else(sent).after(round_trip)
}
