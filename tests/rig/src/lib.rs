//! A release binary in front of a fake AWS, and the checks that hold for every invocation of it.
#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a test that can't be set up should fail"
)]

use std::{sync::Arc, time::Duration};

use fake_aws::{
    Call, Calls, Cloud, Engine, Latency,
    host::{Bootstrap, Function, Outcome},
    requests::sample_event,
    server::Server,
};
use serde_json::{Value, json};

/// The part of a function's time that no answer may use.
pub const MARGIN: Duration = Duration::from_secs(1);

/// A fake AWS that the functions reach over HTTP.
pub struct Rig {
    pub cloud: Arc<Cloud>,
    pub server: Server,
}

impl Rig {
    /// An AWS with the asset 123 in its catalogue.
    #[must_use]
    pub fn start() -> Self {
        let cloud = Cloud::new(Engine::in_memory(), Latency::default());
        cloud.add_asset("123");
        let server = cloud.serve();
        Self { cloud, server }
    }

    /// A function whose process starts with its first event.
    #[must_use]
    pub fn function(&self, name: &str) -> Function {
        let bootstrap = Bootstrap::built(name)
            .with("AWS_ENDPOINT_URL", &self.server.url())
            .with("METRICS_NAMESPACE", "videoms");
        Function::new(bootstrap)
    }

    /// Play with its three backends deployed.
    #[must_use]
    pub fn play(&self) -> Function {
        for backend in ["get-content", "get-url", "get-views"] {
            self.cloud.lambda.deploy(backend, Arc::new(self.function(backend)));
        }
        self.function("play")
    }

    /// Adds a shard of an asset that nobody has watched for years, with a day that rank-assets removes.
    pub fn add_idle_shard(&self) {
        let number = |text: &str| json!({"N": text});
        let item = json!({"id": {"S": "idle"}, "shard": number("0"), "views": number("1"), "200101": number("1")});
        let put = Call::dynamodb("PutItem", &json!({"TableName": "asset-counters", "Item": item}));
        let answer = self.cloud.tables.engine.carry_out(&put);
        assert!(answer.is_success(), "{answer:?}");
    }

    /// The views that are counted for an asset.
    #[must_use]
    pub fn views(&self, asset: &str) -> u64 {
        let items = self.cloud.tables.engine.items_of("asset-counters");
        let shards = items.iter().filter(|item| item["id"]["S"] == asset);
        shards
            .map(|item| item["views"]["N"].as_str().unwrap().parse::<u64>().unwrap())
            .sum()
    }
}

/// Invokes a function with an event and checks what must hold for every invocation: an answer with a second to spare, and
/// log lines that each have a timestamp and a level.
pub async fn invoke(function: &Function, event: &str, limit: Duration) -> Outcome {
    let outcome = function.invoke_within(event.to_owned().into(), limit).await;
    assert!(
        outcome.took + MARGIN <= limit,
        "took {:?} of {limit:?}: {:?}\n{}",
        outcome.took,
        outcome.answer,
        outcome.log.text()
    );
    for line in outcome.log.text().lines() {
        let line: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        let time = line["timestamp"].as_str().unwrap_or_default();
        assert!(time.len() >= 20 && time.ends_with('Z'), "no RFC 3339 timestamp: {line}");
        assert!(line["level"].is_string(), "no level: {line}");
    }
    outcome
}

/// Invokes a function with its sample event.
pub async fn invoke_sample(function: &Function, name: &str, limit: Duration) -> Outcome {
    invoke(function, &sample_event(name), limit).await
}

/// The HTTP status of an answer.
#[must_use]
pub fn status(outcome: &Outcome) -> u64 {
    outcome.json()["statusCode"].as_u64().unwrap()
}

/// The sum of a metric in an invocation's log.
#[must_use]
pub fn metric(outcome: &Outcome, name: &str) -> u64 {
    let lines = outcome.log.json();
    let emitted = lines.iter().filter(|line| line["_aws"].is_object());
    emitted.filter_map(|line| line[name].as_u64()).sum()
}

/// All calls of a DynamoDB, SQS or Lambda action.
#[must_use]
pub fn calls(service: &str, action: &str) -> Calls {
    Calls::to(service).action(action)
}
