//! `POST /events/asset/{assetId}/user/{userId}`

use platform::{
    BoxError,
    aws::{Clients, Service},
    config, http, telemetry,
};
use reporting::{Counts, Ledger};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), BoxError> {
    telemetry::init();
    let client = Clients::connect(&[(Service::DynamoDb, 2)]).await?.dynamodb();
    let table = config::required("VIEWS_TABLE")?;
    let ledger = &Ledger::new(client.clone(), table.clone(), config::number("COUNTER_SHARDS")?);
    let counts = &Counts::new(client, table);
    http::run(|request| reporting::post_view(ledger, counts, request)).await
}
