//! A small Lambda host: one running instance of a function, given one event after the other through the Runtime API.
//! See <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>.

use std::{
    net::SocketAddr,
    process::Child,
    sync::Arc,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use axum::{
    Json, Router,
    body::Bytes,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::Value;
use tokio::{
    net::TcpListener,
    sync::{Mutex, mpsc},
};

use crate::bootstrap::{Bootstrap, cpu_time};

/// A process that polls for events.
pub struct Instance {
    process: Child,
    events: mpsc::Sender<Value>,
    answers: mpsc::Receiver<Value>,
}

/// What an invocation took.
#[derive(Debug, Clone, Copy)]
pub struct Invocation {
    /// From the event's hand-over to the answer.
    pub wall: Duration,
    /// CPU time of the process.
    pub cpu: Duration,
}

struct RuntimeApi {
    events: Mutex<mpsc::Receiver<Value>>,
    answers: mpsc::Sender<Value>,
}

impl Instance {
    /// Starts `function` with `environment` added to what Lambda sets.
    pub async fn start(function: &Bootstrap, environment: &[(&str, &str)]) -> Self {
        let (events, incoming) = mpsc::channel(1);
        let (outgoing, answers) = mpsc::channel(1);
        let state = Arc::new(RuntimeApi {
            events: Mutex::new(incoming),
            answers: outgoing,
        });
        let routes = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/response", post(answer))
            .with_state(state);
        let runtime_api = serve(routes).await;
        let process = function.command(runtime_api).envs(environment.iter().copied()).spawn();
        Self {
            process: process.unwrap(),
            events,
            answers,
        }
    }

    /// Has the instance answer `event`, which has to end with status 200.
    pub async fn invoke(&mut self, event: &Value) -> Invocation {
        let event = event.clone();
        let (cpu, started) = (cpu_time(self.process.id()), Instant::now());
        self.events.send(event).await.unwrap();
        let answer = self.answers.recv().await.unwrap();
        let wall = started.elapsed();
        assert_eq!(answer["statusCode"], 200, "{answer}");
        let cpu = cpu_time(self.process.id()).saturating_sub(cpu);
        Invocation { wall, cpu }
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Serves `routes` on a free port of this machine, in the background.
pub async fn serve(routes: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, routes).await });
    address
}

async fn next(State(api): State<Arc<RuntimeApi>>) -> Response {
    let Some(event) = api.events.lock().await.recv().await else {
        return StatusCode::GONE.into_response();
    };
    let deadline = SystemTime::now() + Duration::from_secs(10);
    let deadline = deadline.duration_since(UNIX_EPOCH).unwrap().as_millis();
    let headers = [
        (
            "lambda-runtime-aws-request-id",
            "8476a536-e9f4-11e8-9739-2dfe598c3fcd".to_owned(),
        ),
        ("lambda-runtime-deadline-ms", deadline.to_string()),
        (
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:us-east-1:123456789012:function:bench".to_owned(),
        ),
    ];
    (headers, Json(event)).into_response()
}

/// The runtime names no JSON as its content type.
async fn answer(State(api): State<Arc<RuntimeApi>>, answer: Bytes) -> StatusCode {
    api.answers
        .send(serde_json::from_slice(&answer).unwrap())
        .await
        .unwrap();
    StatusCode::ACCEPTED
}
