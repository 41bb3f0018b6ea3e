//! The trigger of the events queue.

use std::time::Duration;

use common::{
    aws::{Aws, Service},
    env, serve,
};
use lambda_runtime::{LambdaEvent, service_fn};
use reporting::{DeadLetters, Ledger, Work};
use tokio::time::Instant;

/// What is left of the function's time when it stops counting, to answer what was not counted.
const MARGIN: Duration = Duration::from_secs(2);

/// The time that there is under `cargo lambda watch`, which gives every invocation a deadline in 1970.
const WITHOUT_DEADLINE: Duration = Duration::from_secs(30);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    serve::start_telemetry();
    let aws = Aws::connect(&[Service::DynamoDb]).await?;
    let table = env::required("VIEWS_TABLE")?;
    let ledger = &Ledger::new(aws.dynamodb(), table, env::number("COUNTER_SHARDS")?);
    let dead_letters = &DeadLetters::new(aws.sqs(), env::required("DEAD_LETTER_QUEUE_URL")?);
    lambda_runtime::run(service_fn(async |event: LambdaEvent<Work>| {
        let time_left = event.context.deadline().duration_since(std::time::SystemTime::now());
        let deadline = Instant::now() + time_left.unwrap_or(WITHOUT_DEADLINE).saturating_sub(MARGIN);
        let answer = reporting::count_views(ledger, dead_letters, event.payload, deadline).await;
        answer.map_err(lambda_runtime::Error::from)
    }))
    .await
}
