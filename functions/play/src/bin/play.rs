//! `POST /play/asset/{assetId}/user/{userId}`

use std::{process::ExitCode, time::Duration};

use platform::{
    aws::{
        Clients,
        Service::{Lambda, Sqs},
        invoke::Backend,
    },
    config::{self, ConfigError},
    http,
};
use play::{ASSET_LIMIT, COUNTS_LIMIT, Cache, Catalogue, Dependencies, Publisher, Reporting, Viewers};

fn main() -> ExitCode {
    platform::start(env!("CARGO_PKG_NAME"), async {
        // One play calls metadata, cdnurl and reporting at once, and the queue.
        let clients = Clients::connect(&[(Lambda, 3), (Sqs, 1)]).await?;
        let dependencies = &dependencies(&clients)?;
        http::run(|request| play::play(dependencies, request)).await
    })
}

fn dependencies(clients: &Clients) -> Result<Dependencies, ConfigError> {
    let lambda = clients.lambda();
    let backend = |function, route, limit| {
        let name = config::required(function)?;
        Ok::<_, ConfigError>(Backend::new(lambda.clone(), name, route, limit))
    };
    let views_route = "/events/asset/{assetId}/user/{userId}";
    Ok(Dependencies {
        viewers: Viewers::from_env()?,
        catalogue: Catalogue {
            content: backend("GET_CONTENT_FUNCTION", "/content/asset/{assetId}", ASSET_LIMIT)?,
            url: backend("GET_URL_FUNCTION", "/url/asset/{assetId}", ASSET_LIMIT)?,
            cache: Cache::new(Duration::from_secs(config::parsed("CACHE_SECONDS")?)),
        },
        reporting: Reporting(backend("GET_VIEWS_FUNCTION", views_route, COUNTS_LIMIT)?),
        publisher: Publisher {
            sqs: clients.sqs(),
            queue_url: config::required("EVENTS_QUEUE_URL")?,
            lambda: lambda.clone(),
            count_views_function: config::required("COUNT_VIEWS_FUNCTION")?,
        },
    })
}
