//! `GET /events/asset/{assetId}/user/{userId}`

use std::process::ExitCode;

use platform::{
    aws::{Clients, Service},
    config::ConfigError,
    http,
};
use reporting::{Counts, Markers, Tables};

fn main() -> ExitCode {
    platform::start(env!("CARGO_PKG_NAME"), async {
        let (counts, markers) = &Clients::connect(&[(Service::DynamoDb, 2)], dependencies).await?;
        http::run(|request| reporting::get_views(counts, markers, request)).await
    })
}

fn dependencies(clients: &Clients) -> Result<(Counts, Markers), ConfigError> {
    let (client, tables) = (clients.dynamodb(), Tables::from_env()?);
    let counts = Counts::new(client.clone(), &tables);
    Ok((counts, Markers::new(client, tables.markers)))
}
