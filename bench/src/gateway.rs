//! The gateway's part: HTTP in front of a function.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::post,
};
use serde_json::{Value, json};
use support::requests::sample_event;

use crate::host::{Function, serve};

/// Serves the play endpoint in front of `play`, in plain HTTP.
pub async fn serve_play(play: Arc<Function>) -> SocketAddr {
    let routes = Router::new().route("/play/asset/{assetId}/user/{userId}", post(invoke));
    let mut sample: Value = serde_json::from_str(&sample_event("play")).unwrap();
    // Two plays are two views.
    sample["headers"].as_object_mut().unwrap().remove("idempotency-key");
    serve(routes.with_state((play, Arc::new(sample)))).await
}

/// The sample event, for another asset and user.
async fn invoke(
    State((play, sample)): State<(Arc<Function>, Arc<Value>)>,
    Path((asset, user)): Path<(String, String)>,
) -> Response {
    let mut event = Value::clone(&sample);
    event["pathParameters"] = json!({"assetId": asset, "userId": user});
    let answer = play.invoke(Bytes::from(event.to_string())).await;
    let mut answer: Value = serde_json::from_slice(&answer).unwrap();
    let status = answer["statusCode"]
        .as_u64()
        .and_then(|status| u16::try_from(status).ok());
    let status = status.and_then(|status| StatusCode::from_u16(status).ok()).unwrap();
    let Value::String(body) = answer["body"].take() else {
        panic!("an answer without a body");
    };
    (status, body).into_response()
}
