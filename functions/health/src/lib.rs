//! The health service: whether the other services can do their work.

use std::time::Duration;

use aws_sdk_sqs::types::QueueAttributeName;
use common::{Reply, backend::Backend, error::Cause, serve::causes};
use lambda_http::tracing;
use serde::Serialize;
use tokio::{
    join,
    time::{Instant, timeout},
};

/// How long a service may take to answer and be healthy.
pub const LIMIT: Duration = Duration::from_secs(3);
/// An id that no asset and no user needs to have: reading it shows that the table answers.
const PROBE: &[(&str, &str)] = &[("assetId", "health-probe"), ("userId", "health-probe")];

/// What each service needs to do its work.
#[derive(Debug)]
pub struct Dependencies {
    /// Metadata reads its table.
    pub metadata: Backend,
    /// Cdnurl reads its table.
    pub cdnurl: Backend,
    /// Reporting reads its table.
    pub reporting: Backend,
    /// Play publishes to the events queue.
    pub play: Queue,
}

/// A queue that has to answer.
#[derive(Debug)]
pub struct Queue {
    /// A client for it.
    pub sqs: aws_sdk_sqs::Client,
    /// Which.
    pub url: String,
}

#[derive(Serialize)]
struct Report {
    status: &'static str,
    services: Services,
}

#[derive(Serialize)]
struct Services {
    metadata: State,
    cdnurl: State,
    reporting: State,
    play: State,
}

#[derive(Serialize, Clone)]
#[serde(rename_all = "camelCase")]
struct State {
    status: &'static str,
    latency_ms: u64,
}

/// `GET /health`: 200 `{"status":"ok","services":{...}}`, or 503 and `"degraded"`, each service with its state and
/// latency in milliseconds.
pub async fn health(needs: &Dependencies) -> Reply {
    let (metadata, cdnurl, reporting, play) = join!(
        check("metadata", answers(&needs.metadata)),
        check("cdnurl", answers(&needs.cdnurl)),
        check("reporting", answers(&needs.reporting)),
        check("play", takes_messages(&needs.play)),
    );
    let all_ok = [&metadata, &cdnurl, &reporting, &play]
        .iter()
        .all(|state| state.status == "ok");
    let services = Services {
        metadata,
        cdnurl,
        reporting,
        play,
    };
    let (http_status, status) = if all_ok { (200, "ok") } else { (503, "degraded") };
    Reply::json(http_status, &Report { status, services })
}

async fn check(service: &str, work: impl Future<Output = Result<(), Cause>>) -> State {
    let start = Instant::now();
    let result = timeout(LIMIT, work).await.unwrap_or_else(|elapsed| Err(elapsed.into()));
    let latency_ms = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
    match result {
        Ok(()) => State {
            status: "ok",
            latency_ms,
        },
        Err(cause) => {
            tracing::error!(service, cause = %causes(cause.as_ref()), "service is unhealthy");
            State {
                status: "failed",
                latency_ms,
            }
        }
    }
}

/// A service that says "not found" has read its table as well as one that says "found".
async fn answers(backend: &Backend) -> Result<(), Cause> {
    match backend.get(PROBE).await.map(|answer| answer.http_status) {
        Ok(200 | 404) => Ok(()),
        Ok(status) => Err(format!("answered {status}").into()),
        Err(failure) => Err(failure.into()),
    }
}

async fn takes_messages(queue: &Queue) -> Result<(), Cause> {
    let request = queue.sqs.get_queue_attributes().queue_url(&queue.url);
    request.attribute_names(QueueAttributeName::QueueArn).send().await?;
    Ok(())
}
