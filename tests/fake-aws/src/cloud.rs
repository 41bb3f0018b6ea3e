//! AWS as the functions see it: DynamoDB, SQS and Lambda behind one endpoint, with a script for their behaviour.

use std::{sync::Arc, time::Duration};

use futures_util::{FutureExt, future::BoxFuture};
use platform::aws::Clients;
use serde_json::{Value, json};

use crate::{
    Answer, Call, Engine, Lambda, Metered, Queue, Recorder, Redrive, Script, Service, Sqs,
    answer::wait,
    connector,
    engine::REPORTING_TABLES,
    server::{Api, Server},
    tls::Authority,
};

/// The tables of metadata and cdnurl with their keys, as in the template.
const ASSET_TABLES: [(&str, &[&str]); 2] = [("metadata", &["id"]), ("url", &["id"])];

/// The number of times that a message is received before it is a dead letter, as in the template.
pub const MAX_RECEIVES: u32 = 1_000;

/// The time that the network and the services on AWS add to a call.
#[derive(Debug, Clone, Copy, Default)]
pub struct Latency {
    pub dynamodb: Duration,
    pub lambda: Duration,
    pub sqs: Duration,
}

/// AWS, as far as the functions see it.
pub struct Cloud {
    pub tables: Metered,
    pub events: Arc<Queue>,
    pub dead_letters: Arc<Queue>,
    pub poison: Arc<Queue>,
    pub lambda: Lambda,
    pub script: Script,
    pub recorder: Recorder,
    sqs: Sqs,
    latency: Latency,
}

impl Cloud {
    /// A cloud that creates its tables in `engine`.
    #[must_use]
    pub fn new(engine: Engine, latency: Latency) -> Arc<Self> {
        for (name, keys) in ASSET_TABLES.into_iter().chain(REPORTING_TABLES) {
            engine.create_table(name, keys);
        }
        let dead_letters = Arc::new(Queue::default());
        let events = Arc::new(Queue::with_redrive(Redrive {
            max_receives: MAX_RECEIVES,
            dead_letters: Arc::clone(&dead_letters),
        }));
        let poison = Arc::new(Queue::default());
        let sqs = Sqs::default()
            .with_queue("events", Arc::clone(&events))
            .with_queue("dead-letters", Arc::clone(&dead_letters))
            .with_queue("poison", Arc::clone(&poison));
        Arc::new(Self {
            tables: Metered::new(engine),
            events,
            dead_letters,
            poison,
            lambda: Lambda::default(),
            script: Script::default(),
            recorder: Recorder::default(),
            sqs,
            latency,
        })
    }

    /// Clients in this process.
    #[must_use]
    pub fn clients(self: &Arc<Self>) -> Clients {
        connector::clients(Arc::<Self>::clone(self))
    }

    /// Serves the cloud in plain HTTP.
    #[must_use]
    pub fn serve(self: &Arc<Self>) -> Server {
        Server::start(Arc::new(Api(Arc::<Self>::clone(self))))
    }

    /// Serves the cloud over TLS, with a certificate that `authority` has signed.
    #[must_use]
    pub fn serve_tls(self: &Arc<Self>, authority: &Authority) -> Server {
        Server::start_tls(Arc::new(Api(Arc::<Self>::clone(self))), authority)
    }

    /// Puts an asset into the catalogue.
    pub fn add_asset(&self, id: &str) {
        let text = |text: &str| json!({"S": text});
        let metadata = json!({
            "id": text(id),
            "title": text("It"),
            "genre": text("horror"),
            "summary": text("A very scary movie"),
        });
        self.put("metadata", &metadata);
        self.put("url", &json!({"id": text(id), "url": text("path/to/asset.mp4")}));
    }

    fn put(&self, table: &str, item: &Value) {
        let put = Call::dynamodb("PutItem", &json!({"TableName": table, "Item": item}));
        let answer = self.tables.engine.carry_out(&put);
        assert!(answer.is_success(), "{answer:?}");
    }

    async fn carry_out(&self, call: Call) -> Answer {
        let Latency { dynamodb, lambda, sqs } = self.latency;
        match call.service.as_str() {
            "dynamodb" => self.tables.carry_out(&call).after(dynamodb),
            "lambda" => {
                wait(lambda).await;
                self.lambda.answer(call).await
            }
            "sqs" => self.sqs.carry_out(&call).after(sqs),
            other => panic!("nobody should call {other:?}: {call:?}"),
        }
    }
}

impl Service for Cloud {
    fn answer(&self, call: Call) -> BoxFuture<'_, Answer> {
        async move {
            let behaviour = self.script.behaviour(&call);
            if call.is_ping() {
                return behaviour.apply(async { Answer::now(200, "healthy") }).await;
            }
            self.recorder.add(&call);
            behaviour.apply(self.carry_out(call)).await
        }
        .boxed()
    }
}
