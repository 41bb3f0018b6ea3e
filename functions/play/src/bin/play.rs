//! `POST /play/asset/{assetId}/user/{userId}`

use std::{process::ExitCode, time::Duration};

use domain::ViewWindow;
use platform::{
    aws::{
        Clients,
        Service::{Lambda, Sqs},
    },
    config::{self, ConfigError},
    http,
};
use play::{Cache, Dependencies, Names, Viewers};

fn main() -> ExitCode {
    platform::start(env!("CARGO_PKG_NAME"), async {
        // One play calls metadata, cdnurl and reporting at once, and the queue.
        let dependencies = &Clients::connect(&[(Lambda, 3), (Sqs, 1)], dependencies).await?;
        http::run(|request| play::play(dependencies, request)).await
    })
}

fn dependencies(clients: &Clients) -> Result<Dependencies, ConfigError> {
    let names = Names {
        get_content: config::required("GET_CONTENT_FUNCTION")?,
        get_url: config::required("GET_URL_FUNCTION")?,
        get_views: config::required("GET_VIEWS_FUNCTION")?,
        count_views: config::required("COUNT_VIEWS_FUNCTION")?,
        queue_url: config::required("EVENTS_QUEUE_URL")?,
    };
    let cache = Cache::new(Duration::from_secs(config::parsed("CACHE_SECONDS")?));
    let mut dependencies = Dependencies::new(clients, names, Viewers::from_env()?, cache);
    dependencies.window = ViewWindow::of_minutes(config::parsed("VIEW_WINDOW_MINUTES")?);
    Ok(dependencies)
}
