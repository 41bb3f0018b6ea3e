//! `POST /play/asset/{assetId}/user/{userId}`

use std::time::Duration;

use common::{
    aws::{Aws, Service},
    backend::Backend,
    env, serve,
};
use play::{Cache, Catalogue, Publisher, Reporting, Services, Viewers};

/// How long an asset's metadata and URL may take: well under the function's own timeout, cold starts included.
const ASSET_LIMIT: Duration = Duration::from_secs(4);
/// How long the counts may take, which a play can do without.
const COUNTS_LIMIT: Duration = Duration::from_secs(2);

/// What one play may have under way at once: metadata, cdnurl and reporting, and then the queue.
const CONNECTIONS: [Service; 4] = [Service::Lambda, Service::Lambda, Service::Lambda, Service::Sqs];

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    serve::start_telemetry();
    let aws = Aws::connect(&CONNECTIONS).await?;
    let lambda = aws.lambda();
    let backend = |function, route, limit| {
        let name = env::required(function)?;
        Ok::<_, env::Misconfigured>(Backend::new(lambda.clone(), name, route, limit))
    };
    let services = &Services {
        viewers: Viewers::from_env()?,
        catalogue: Catalogue {
            content: backend("GET_CONTENT_FUNCTION", "/content/asset/{assetId}", ASSET_LIMIT)?,
            url: backend("GET_URL_FUNCTION", "/url/asset/{assetId}", ASSET_LIMIT)?,
            cache: Cache::new(Duration::from_secs(env::number("CACHE_SECONDS")?)),
        },
        reporting: Reporting(backend(
            "GET_VIEWS_FUNCTION",
            "/events/asset/{assetId}/user/{userId}",
            COUNTS_LIMIT,
        )?),
        publisher: Publisher {
            sqs: aws.sqs(),
            queue_url: env::required("EVENTS_QUEUE_URL")?,
            lambda: lambda.clone(),
            count_views_function: env::required("COUNT_VIEWS_FUNCTION")?,
        },
    };
    serve::serve(|request| play::play(services, request)).await
}
