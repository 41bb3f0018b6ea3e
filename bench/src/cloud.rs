//! What the functions call: DynamoDB (an engine in this process), SQS and Lambda's own API, over HTTP or TLS.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, RwLock},
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, Uri},
    response::{IntoResponse, Response},
};
use md5::{Digest, Md5};
use serde_json::{Value, json};
use support::{
    aws::Call,
    dynamodb::{Engine, REPORTING_TABLES},
};
use tokio::{sync::mpsc, time::sleep};

use crate::{
    engine::Metered,
    host::{self, Function},
    tls::{self, Authority},
};

/// The tables and their keys, as in the template.
const TABLES: [(&str, &[&str]); 2] = [("metadata", &["id"]), ("url", &["id"])];

/// What the network and the services add on AWS.
#[derive(Debug, Clone, Copy, Default)]
pub struct Waits {
    /// To each request to DynamoDB.
    pub dynamodb: Duration,
    /// To each invocation.
    pub lambda: Duration,
    /// To each message sent.
    pub sqs: Duration,
}

/// AWS, as far as the functions see it.
pub struct Cloud {
    /// The tables.
    pub engine: Engine,
    /// The same with a meter, for the functions.
    pub metered: Metered,
    waits: Waits,
    functions: RwLock<HashMap<String, Arc<Function>>>,
    queue: mpsc::UnboundedSender<String>,
}

impl Cloud {
    /// A cloud with the tables in `engine`, and what is sent to its queue. Each answer takes longer by `waits`.
    #[must_use]
    pub fn new(engine: Engine, waits: Waits) -> (Arc<Self>, mpsc::UnboundedReceiver<String>) {
        for (name, keys) in TABLES.into_iter().chain(REPORTING_TABLES) {
            engine.create_table(name, keys);
        }
        let (queue, sent) = mpsc::unbounded_channel();
        let cloud = Self {
            metered: Metered::of(engine.clone(), waits.dynamodb),
            engine,
            waits,
            functions: RwLock::default(),
            queue,
        };
        (Arc::new(cloud), sent)
    }

    /// Makes a function known under its name.
    pub fn deploy(&self, name: &str, function: Arc<Function>) {
        self.functions.write().unwrap().insert(name.to_owned(), function);
    }

    /// Puts an asset into the catalogue.
    pub fn add_asset(&self, id: &str) {
        let put = |table: &str, item: Value| {
            let body = json!({"TableName": table, "Item": item}).to_string();
            let call = Call {
                path: "/".to_owned(),
                target: "DynamoDB_20120810.PutItem".to_owned(),
                body,
            };
            let (status, answer) = self.engine.answer(&call).response.unwrap();
            assert_eq!(status, 200, "{answer}");
        };
        let text = |text: &str| json!({"S": text});
        put(
            "metadata",
            json!({"id": text(id), "title": text("It"), "genre": text("horror"), "summary": text("A very scary movie")}),
        );
        put("url", json!({"id": text(id), "url": text("path/to/asset.mp4")}));
    }

    /// Serves it in plain HTTP.
    pub async fn serve(self: &Arc<Self>) -> SocketAddr {
        host::serve(self.routes()).await
    }

    /// Serves it over TLS, with a certificate of `authority`.
    pub async fn serve_tls(self: &Arc<Self>, authority: &Authority) -> SocketAddr {
        tls::serve(self.routes(), authority).await
    }

    fn routes(self: &Arc<Self>) -> Router {
        Router::new().fallback(answer).with_state(Arc::clone(self))
    }

    fn function(&self, name: &str) -> Option<Arc<Function>> {
        self.functions.read().unwrap().get(name).cloned()
    }
}

/// tokio's shortest sleep is a millisecond.
async fn wait(time: Duration) {
    if !time.is_zero() {
        sleep(time).await;
    }
}

async fn answer(State(cloud): State<Arc<Cloud>>, uri: Uri, headers: HeaderMap, body: String) -> Response {
    let target = headers
        .get("x-amz-target")
        .map(|target| target.to_str().unwrap().to_owned());
    let call = Call {
        path: uri.path().to_owned(),
        target: target.unwrap_or_default(),
        body,
    };
    if let Some(name) = call.function() {
        let function = cloud.function(name).unwrap_or_else(|| panic!("{name} is not deployed"));
        wait(cloud.waits.lambda).await;
        return function.invoke(Bytes::from(call.body)).await.into_response();
    }
    match call.operation() {
        "SendMessage" => {
            wait(cloud.waits.sqs).await;
            send_message(&cloud, &call.body).into_response()
        }
        _ if call.path == "/ping" => "healthy".into_response(),
        _ => {
            let answer = cloud.metered.answer(&call);
            wait(answer.after).await;
            let (status, body) = answer.response.unwrap();
            (
                StatusCode::from_u16(status).unwrap(),
                [("content-type", "application/x-amz-json-1.0")],
                body,
            )
                .into_response()
        }
    }
}

/// SDKs check the digest.
fn send_message(cloud: &Cloud, request: &str) -> String {
    let mut request: Value = serde_json::from_str(request).unwrap();
    let Value::String(message) = request["MessageBody"].take() else {
        panic!("a message without a body");
    };
    let digest = u128::from_be_bytes(Md5::digest(&message).into());
    assert!(cloud.queue.send(message).is_ok());
    json!({"MessageId": "5fea7756-0ea4-451a-a703-a558b933e274", "MD5OfMessageBody": format!("{digest:032x}")})
        .to_string()
}
