//! `POST /events/asset/{assetId}/user/{userId}`

use common::{
    aws::{Aws, Service},
    env, serve,
};
use reporting::{Counts, Ledger};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    serve::start_telemetry();
    let client = Aws::connect(&[Service::DynamoDb, Service::DynamoDb]).await?.dynamodb();
    let table = env::required("VIEWS_TABLE")?;
    let ledger = &Ledger::new(client.clone(), table.clone(), env::number("COUNTER_SHARDS")?);
    let counts = &Counts::new(client, table);
    serve::serve(|request| reporting::post_view(ledger, counts, request)).await
}
