//! `POST /events/asset/{assetId}/user/{userId}`

use std::process::ExitCode;

use platform::{
    aws::{Clients, Service},
    config, http,
};
use reporting::{Counts, Ledger, Tables};

fn main() -> ExitCode {
    platform::start(env!("CARGO_PKG_NAME"), async {
        let client = Clients::connect(&[(Service::DynamoDb, 2)]).await?.dynamodb();
        let tables = Tables::from_env()?;
        let counts = &Counts::new(client.clone(), &tables);
        let ledger = &Ledger::new(client, tables, config::parsed("COUNTER_SHARDS")?);
        http::run(|request| reporting::post_view(ledger, counts, request)).await
    })
}
