//! Invoked by the events queue's trigger.

use std::process::ExitCode;

use lambda_runtime::{LambdaEvent, service_fn};
use platform::{
    BoxError,
    aws::{Clients, Service},
    config::{self, ConfigError},
};
use reporting::{Budget, CountViews, EventsQueue, Input, Ledger, PoisonQueue, Tables};

fn main() -> ExitCode {
    platform::start(env!("CARGO_PKG_NAME"), async {
        let handler = &Clients::connect(&[(Service::DynamoDb, 1)], handler).await?;
        lambda_runtime::run(service_fn(async |event: LambdaEvent<Input>| {
            let budget = Budget::of(&event.context);
            let answer = handler.handle(event.payload, budget).await;
            answer.map_err(BoxError::from)
        }))
        .await
    })
}

fn handler(clients: &Clients) -> Result<CountViews, ConfigError> {
    let (tables, shards) = (Tables::from_env()?, config::parsed("COUNTER_SHARDS")?);
    Ok(CountViews {
        ledger: Ledger::new(clients.dynamodb(), tables, shards),
        events: EventsQueue::new(clients.sqs(), config::required("EVENTS_QUEUE_URL")?),
        poison: PoisonQueue::new(clients.sqs(), config::required("POISON_QUEUE_URL")?),
    })
}
