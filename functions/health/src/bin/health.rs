//! `GET /health`

use common::{
    aws::{Aws, Service},
    backend::Backend,
    env, serve,
};
use health::{Dependencies, Health, LIMIT, Queues};

/// What one report has under way at once.
const CONNECTIONS: [Service; 5] = [
    Service::Lambda,
    Service::Lambda,
    Service::Lambda,
    Service::Sqs,
    Service::Sqs,
];

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    serve::start_telemetry();
    let aws = Aws::connect(&CONNECTIONS).await?;
    let lambda = aws.lambda();
    let backend = |function, route| {
        let name = env::required(function)?;
        Ok::<_, env::Misconfigured>(Backend::new(lambda.clone(), name, route, LIMIT))
    };
    let health = &Health::new(Dependencies {
        metadata: backend("GET_CONTENT_FUNCTION", "/content/asset/{assetId}")?,
        cdnurl: backend("GET_URL_FUNCTION", "/url/asset/{assetId}")?,
        reporting: backend("GET_VIEWS_FUNCTION", "/events/asset/{assetId}/user/{userId}")?,
        play: Queues {
            sqs: aws.sqs(),
            events: env::required("EVENTS_QUEUE_URL")?,
            dead_letters: env::required("DEAD_LETTER_QUEUE_URL")?,
        },
    });
    serve::serve(async |_| Ok(health.report().await)).await
}
