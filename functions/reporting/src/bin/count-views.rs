//! The trigger of the events queue.

use std::process::ExitCode;

use lambda_runtime::{LambdaEvent, service_fn};
use platform::{
    BoxError,
    aws::{Clients, Service},
    config,
};
use reporting::{Budget, CountViews, EventsQueue, Input, Ledger, PoisonQueue, Tables};

fn main() -> ExitCode {
    platform::start(env!("CARGO_PKG_NAME"), async {
        let clients = Clients::connect(&[(Service::DynamoDb, 1)]).await?;
        let handler = &CountViews {
            ledger: Ledger::new(
                clients.dynamodb(),
                Tables::from_env()?,
                config::parsed("COUNTER_SHARDS")?,
            ),
            events: EventsQueue::new(clients.sqs(), config::required("EVENTS_QUEUE_URL")?),
            poison: PoisonQueue::new(clients.sqs(), config::required("POISON_QUEUE_URL")?),
        };
        lambda_runtime::run(service_fn(async |event: LambdaEvent<Input>| {
            let budget = Budget::of(&event.context);
            let answer = handler.handle(event.payload, budget).await;
            answer.map_err(BoxError::from)
        }))
        .await
    })
}
