//! `POST /events/asset/{assetId}/user/{userId}`

use platform::{
    BoxError,
    aws::{Clients, Service},
    config, http, telemetry,
};
use reporting::{Counts, Ledger, Tables};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), BoxError> {
    telemetry::init();
    let client = Clients::connect(&[(Service::DynamoDb, 2)]).await?.dynamodb();
    let tables = Tables::from_env()?;
    let counts = &Counts::new(client.clone(), &tables);
    let ledger = &Ledger::new(client, tables, config::parsed("COUNTER_SHARDS")?);
    http::run(|request| reporting::post_view(ledger, counts, request)).await
}
