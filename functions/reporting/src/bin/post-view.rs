//! `POST /events/asset/{assetId}/user/{userId}`

use std::process::ExitCode;

use domain::ViewWindow;
use platform::{
    aws::{Clients, Service},
    config::{self, ConfigError},
    http,
};
use reporting::{Counts, Ledger, Tables};

fn main() -> ExitCode {
    platform::start(env!("CARGO_PKG_NAME"), async {
        let (ledger, counts) = &Clients::connect(&[(Service::DynamoDb, 2)], dependencies).await?;
        let window = ViewWindow::of_minutes(config::parsed("VIEW_WINDOW_MINUTES")?);
        http::run(|request| reporting::post_view(window, ledger, counts, request)).await
    })
}

fn dependencies(clients: &Clients) -> Result<(Ledger, Counts), ConfigError> {
    let (client, tables) = (clients.dynamodb(), Tables::from_env()?);
    let counts = Counts::new(client.clone(), &tables);
    Ok((Ledger::new(client, tables, config::parsed("COUNTER_SHARDS")?), counts))
}
