//! `GET /health`

use std::process::ExitCode;

use health::{Dependencies, Health, Queues};
use platform::{
    aws::{
        Clients,
        Service::{Lambda, Sqs},
        invoke::Backend,
    },
    config::{self, ConfigError},
    http,
};

fn main() -> ExitCode {
    platform::start(env!("CARGO_PKG_NAME"), async {
        // One report calls three services and asks for the lengths of two queues at once.
        let health = &Health::new(Clients::connect(&[(Lambda, 3), (Sqs, 2)], dependencies).await?);
        http::run(async |_| Ok(health.report().await)).await
    })
}

fn dependencies(clients: &Clients) -> Result<Dependencies, ConfigError> {
    let lambda = clients.lambda();
    let backend = |function, route| {
        let name = config::required(function)?;
        Ok::<_, ConfigError>(Backend::new(lambda.clone(), name, route))
    };
    Ok(Dependencies {
        metadata: backend("GET_CONTENT_FUNCTION", "/content/asset/{assetId}")?,
        cdnurl: backend("GET_URL_FUNCTION", "/url/asset/{assetId}")?,
        reporting: backend("GET_VIEWS_FUNCTION", "/events/asset/{assetId}/user/{userId}")?,
        play: Queues {
            sqs: clients.sqs(),
            events_url: config::required("EVENTS_QUEUE_URL")?,
            dead_letters_url: config::required("DEAD_LETTER_QUEUE_URL")?,
        },
    })
}
