//! The gateway's part: HTTP in front of the play function.

use std::sync::Arc;

use futures_util::{FutureExt, future::BoxFuture};
use hyper::{Method, Request, Response, StatusCode, body::Bytes};
use serde_json::{Value, json};

use crate::{
    host::Function,
    requests::sample_event,
    server::{Handler, Server},
};

/// Serves `POST /play/asset/{assetId}/user/{userId}` in front of `play`, in plain HTTP.
#[must_use]
pub fn serve_play(play: Arc<Function>) -> Server {
    let mut event: Value = serde_json::from_str(&sample_event("play")).unwrap();
    // Two plays are two views.
    event["headers"].as_object_mut().unwrap().remove("idempotency-key");
    Server::start(Arc::new(Gateway { play, event }))
}

struct Gateway {
    play: Arc<Function>,
    /// The sample event, which each request gives another asset and user.
    event: Value,
}

impl Handler for Gateway {
    fn handle(self: Arc<Self>, request: Request<Bytes>) -> BoxFuture<'static, Option<Response<Bytes>>> {
        async move {
            let path: Vec<_> = request.uri().path().split('/').skip(1).collect();
            let (&Method::POST, ["play", "asset", asset, "user", user]) = (request.method(), path.as_slice()) else {
                return Some(response(StatusCode::NOT_FOUND, "{}"));
            };
            let mut event = self.event.clone();
            event["pathParameters"] = json!({"assetId": asset, "userId": user});
            let outcome = self.play.invoke(Bytes::from(event.to_string())).await;
            Some(match &outcome.answer {
                Ok(reply) => http(reply),
                Err(_) => response(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    r#"{"message":"Internal Server Error"}"#,
                ),
            })
        }
        .boxed()
    }
}

/// The HTTP response of a function's reply.
fn http(reply: &Bytes) -> Response<Bytes> {
    let reply: Value = serde_json::from_slice(reply).unwrap();
    let status = reply["statusCode"]
        .as_u64()
        .and_then(|status| u16::try_from(status).ok());
    let status = status.and_then(|status| StatusCode::from_u16(status).ok()).unwrap();
    response(status, reply["body"].as_str().unwrap())
}

fn response(status: StatusCode, body: &str) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body.to_owned()));
    *response.status_mut() = status;
    response
}
