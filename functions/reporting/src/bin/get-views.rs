//! `GET /events/asset/{assetId}/user/{userId}`

use std::process::ExitCode;

use domain::ViewWindow;
use platform::{
    aws::{Clients, Service},
    config::{self, ConfigError},
    http,
};
use reporting::{Counts, Markers, Tables};

fn main() -> ExitCode {
    platform::start(env!("CARGO_PKG_NAME"), async {
        let (counts, markers) = &Clients::connect(&[(Service::DynamoDb, 2)], dependencies).await?;
        let window = ViewWindow::of_minutes(config::parsed("VIEW_WINDOW_MINUTES")?);
        http::run(|request| reporting::get_views(window, counts, markers, request)).await
    })
}

fn dependencies(clients: &Clients) -> Result<(Counts, Markers), ConfigError> {
    let (client, tables) = (clients.dynamodb(), Tables::from_env()?);
    let counts = Counts::new(client.clone(), &tables);
    Ok((counts, Markers::new(client, tables.markers)))
}
