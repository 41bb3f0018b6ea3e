//! The health service: whether the other services can do their work.

use std::time::Duration;

use aws_sdk_sqs::types::QueueAttributeName;
use common::{Reply, backend::Backend, error::Cause, serve::causes};
use serde::Serialize;
use tokio::{
    join,
    sync::Mutex,
    time::{Instant, timeout},
    try_join,
};

/// How long a service may take to answer and be healthy: the whole answer comes within a second.
pub const LIMIT: Duration = Duration::from_millis(900);
/// How long a report is good for. Whoever asks more often puts no load on the services.
const LIFE: Duration = Duration::from_secs(5);
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
    pub play: Queues,
}

/// The queue that carries views, and the one where those end up that could not be counted.
#[derive(Debug)]
pub struct Queues {
    /// A client for them.
    pub sqs: aws_sdk_sqs::Client,
    /// The events queue's URL.
    pub events: String,
    /// The dead-letter queue's URL.
    pub dead_letters: String,
}

/// The health endpoint, with its last report.
#[derive(Debug)]
pub struct Health {
    needs: Dependencies,
    last: Mutex<Option<(Instant, Reply)>>,
}

impl Health {
    /// An endpoint that has not reported yet.
    #[must_use]
    pub const fn new(needs: Dependencies) -> Self {
        Self {
            needs,
            last: Mutex::const_new(None),
        }
    }

    /// `GET /health`: 200 `{"status":"ok","services":{...}}`, or 503 and `"degraded"`, each service with its state and
    /// latency in milliseconds; play with the messages in its queues as well. Up to five seconds old.
    pub async fn report(&self) -> Reply {
        let mut last = self.last.lock().await;
        if let Some((_, reply)) = last.as_ref().filter(|(at, _)| at.elapsed() < LIFE) {
            return reply.clone();
        }
        let reply = ask(&self.needs).await;
        *last = Some((Instant::now(), reply.clone()));
        reply
    }
}

/// The status of what can do its work.
const OK: &str = "ok";

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
    play: State<Messages>,
}

/// How a service is, and what it says of itself.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct State<Details = ()> {
    status: &'static str,
    latency_ms: u64,
    #[serde(flatten)]
    details: Option<Details>,
}

/// About how many messages the queues hold.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Messages {
    backlog: u64,
    dead_letters: u64,
}

async fn ask(needs: &Dependencies) -> Reply {
    let (metadata, cdnurl, reporting, play) = join!(
        check("metadata", answers(&needs.metadata)),
        check("cdnurl", answers(&needs.cdnurl)),
        check("reporting", answers(&needs.reporting)),
        check("play", messages(&needs.play)),
    );
    let statuses = [metadata.status, cdnurl.status, reporting.status, play.status];
    let services = Services {
        metadata,
        cdnurl,
        reporting,
        play,
    };
    let (http_status, status) = if statuses == [OK; 4] {
        (200, OK)
    } else {
        (503, "degraded")
    };
    Reply::json(http_status, &Report { status, services })
}

async fn check<Details>(service: &str, work: impl Future<Output = Result<Details, Cause>>) -> State<Details> {
    let start = Instant::now();
    let result = timeout(LIMIT, work).await.unwrap_or_else(|elapsed| Err(elapsed.into()));
    let latency_ms = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
    let (status, details) = match result {
        Ok(details) => (OK, Some(details)),
        Err(cause) => {
            tracing::error!(service, cause = %causes(cause.as_ref()), "service is unhealthy");
            ("failed", None)
        }
    };
    State {
        status,
        latency_ms,
        details,
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

async fn messages(queues: &Queues) -> Result<Messages, Cause> {
    let (backlog, dead_letters) = try_join!(queues.length(&queues.events), queues.length(&queues.dead_letters))?;
    Ok(Messages { backlog, dead_letters })
}

impl Queues {
    async fn length(&self, url: &str) -> Result<u64, Cause> {
        let name = QueueAttributeName::ApproximateNumberOfMessages;
        let request = self.sqs.get_queue_attributes().queue_url(url);
        let answer = request.attribute_names(name.clone()).send().await?;
        let length = answer.attributes().and_then(|all| all.get(&name)?.parse().ok());
        length.ok_or_else(|| format!("{url} does not tell its length").into())
    }
}
