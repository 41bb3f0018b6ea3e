//! The health service: reports whether the other services can do their work.

use std::time::Duration;

use aws_sdk_sqs::types::QueueAttributeName;
use lambda_http::http::StatusCode;
use platform::{BoxError, aws::invoke::Backend, http::Reply, telemetry::chain};
use serde::Serialize;
use tokio::{
    join,
    sync::Mutex,
    time::{Instant, timeout},
    try_join,
};

/// The longest a healthy service takes to answer. The whole report is answered within a second.
pub const LIMIT: Duration = Duration::from_millis(900);
/// The life of a report. More frequent requests put no load on the services.
const LIFE: Duration = Duration::from_secs(5);
/// Ids that need not exist: reading them shows that the tables answer.
const PROBE: &[(&str, &str)] = &[("assetId", "health-probe"), ("userId", "health-probe")];

/// The dependencies of each service.
#[derive(Debug)]
pub struct Dependencies {
    /// Shows that metadata can read its table.
    pub metadata: Backend,
    /// Shows that cdnurl can read its table.
    pub cdnurl: Backend,
    /// Shows that reporting can read its tables.
    pub reporting: Backend,
    /// Shows that play can reach its queue.
    pub play: Queues,
}

/// The events queue and its dead-letter queue.
#[derive(Debug)]
pub struct Queues {
    pub sqs: aws_sdk_sqs::Client,
    /// The events queue's URL.
    pub events_url: String,
    /// The dead-letter queue's URL.
    pub dead_letters_url: String,
}

/// The health endpoint with its last report.
#[derive(Debug)]
pub struct Health {
    dependencies: Dependencies,
    last: Mutex<Option<(Instant, Reply)>>,
}

impl Health {
    #[must_use]
    pub const fn new(dependencies: Dependencies) -> Self {
        Self {
            dependencies,
            last: Mutex::const_new(None),
        }
    }

    /// `GET /health`: 200 `{"status":"ok","services":{...}}`, or 503 with `"degraded"`. Each service has a `status` and a
    /// `latencyMs`, play also the approximate `backlog` and `deadLetters` of its queues. The report is at most five
    /// seconds old.
    pub async fn report(&self) -> Reply {
        let mut last = self.last.lock().await;
        if let Some((_, reply)) = last.as_ref().filter(|(at, _)| at.elapsed() < LIFE) {
            return reply.clone();
        }
        let reply = Box::pin(report(&self.dependencies)).await;
        *last = Some((Instant::now(), reply.clone()));
        reply
    }
}

const OK: &str = "ok";

#[derive(Serialize)]
struct Report {
    status: &'static str,
    services: ServiceReports,
}

#[derive(Serialize)]
struct ServiceReports {
    metadata: ServiceReport,
    cdnurl: ServiceReport,
    reporting: ServiceReport,
    play: ServiceReport,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ServiceReport {
    status: &'static str,
    latency_ms: u64,
    /// For play alone.
    #[serde(flatten)]
    messages: Option<Messages>,
}

/// The approximate numbers of messages in the queues.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Messages {
    backlog: u64,
    dead_letters: u64,
}

async fn report(dependencies: &Dependencies) -> Reply {
    let (metadata, cdnurl, reporting, play) = join!(
        check("metadata", read_probe(&dependencies.metadata)),
        check("cdnurl", read_probe(&dependencies.cdnurl)),
        check("reporting", read_probe(&dependencies.reporting)),
        check("play", count_messages(&dependencies.play)),
    );
    let statuses = [metadata.status, cdnurl.status, reporting.status, play.status];
    let services = ServiceReports {
        metadata,
        cdnurl,
        reporting,
        play,
    };
    let (http_status, status) = if statuses == [OK; 4] {
        (StatusCode::OK, OK)
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "degraded")
    };
    Reply::json(http_status, &Report { status, services })
}

async fn check(service: &str, work: impl Future<Output = Result<Option<Messages>, BoxError>>) -> ServiceReport {
    let start = Instant::now();
    let result = timeout(LIMIT, work).await.unwrap_or_else(|elapsed| Err(elapsed.into()));
    let latency_ms = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
    let (status, messages) = match result {
        Ok(messages) => (OK, messages),
        Err(cause) => {
            tracing::error!(service, cause = %chain(cause.as_ref()), "service is unhealthy");
            ("failed", None)
        }
    };
    ServiceReport {
        status,
        latency_ms,
        messages,
    }
}

/// "Not found" shows as well as "found" that the service has read its table.
async fn read_probe(backend: &Backend) -> Result<Option<Messages>, BoxError> {
    match backend.get(PROBE, Instant::now() + LIMIT).await?.status {
        StatusCode::OK | StatusCode::NOT_FOUND => Ok(None),
        status => Err(format!("answered {status}").into()),
    }
}

async fn count_messages(queues: &Queues) -> Result<Option<Messages>, BoxError> {
    let (backlog, dead_letters) = try_join!(
        queues.length(&queues.events_url),
        queues.length(&queues.dead_letters_url)
    )?;
    Ok(Some(Messages { backlog, dead_letters }))
}

impl Queues {
    async fn length(&self, url: &str) -> Result<u64, BoxError> {
        let name = QueueAttributeName::ApproximateNumberOfMessages;
        let request = self.sqs.get_queue_attributes().queue_url(url);
        let answer = request.attribute_names(name.clone()).send().await?;
        let length = answer.attributes().and_then(|all| all.get(&name)?.parse().ok());
        length.ok_or_else(|| format!("SQS did not answer the length of {url}").into())
    }
}
