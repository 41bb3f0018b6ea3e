//! The trigger of the events queue.

use lambda_runtime::{LambdaEvent, service_fn};
use platform::{
    BoxError,
    aws::{Clients, Service},
    config, telemetry,
};
use reporting::{DeadLetters, Input, Ledger, Tables, deadline};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), BoxError> {
    telemetry::init();
    let clients = Clients::connect(&[(Service::DynamoDb, 1)]).await?;
    let ledger = &Ledger::new(
        clients.dynamodb(),
        Tables::from_env()?,
        config::parsed("COUNTER_SHARDS")?,
    );
    let dead_letters = &DeadLetters::new(clients.sqs(), config::required("DEAD_LETTER_QUEUE_URL")?);
    lambda_runtime::run(service_fn(async |event: LambdaEvent<Input>| {
        let deadline = deadline(&event.context);
        let answer = reporting::count_views(ledger, dead_letters, event.payload, deadline).await;
        answer.map_err(BoxError::from)
    }))
    .await
}
