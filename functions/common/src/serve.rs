//! The start of every Lambda that answers HTTP.

use std::convert::Infallible;

use lambda_http::{Request, service_fn};
use tracing::{Instrument, Level};
use tracing_subscriber::fmt;

use crate::{Error, Reply, correlation, env};

/// Writes the logs as Lambda is configured to (JSON or text, from which level on).
///
/// The runtime's own default subscriber does the same with a filter language besides, and a regex engine for it.
pub fn start_telemetry() {
    let level = env::optional("AWS_LAMBDA_LOG_LEVEL").and_then(|level| level.parse().ok());
    // Lambda adds the time.
    let log = fmt()
        .with_max_level(level.unwrap_or(Level::INFO))
        .with_target(false)
        .without_time();
    match env::optional("AWS_LAMBDA_LOG_FORMAT") {
        Some(format) if format.eq_ignore_ascii_case("json") => log.json().init(),
        _ => log.init(),
    }
}

/// Answers requests with `endpoint` until Lambda stops the instance.
///
/// # Errors
/// When the Lambda Runtime API can't be reached.
pub async fn serve<F, A>(endpoint: F) -> Result<(), lambda_http::Error>
where
    F: Fn(Request) -> A,
    A: Future<Output = Result<Reply, Error>> + Send,
{
    lambda_http::run(service_fn(|request| {
        let id = correlation::of(&request);
        // At the highest level, so that every line has it, whatever level is on.
        let span = tracing::error_span!("request", correlationId = id.as_ref().map(tracing::field::display));
        let answer = correlation::scope(id, endpoint(request));
        async { Ok::<Reply, Infallible>(answer.await.unwrap_or_else(|error| refuse(&error))) }.instrument(span)
    }))
    .await
}

fn refuse(error: &Error) -> Reply {
    log(error);
    error.reply()
}

/// A failure of ours goes to the log with its causes; a caller's mistake is told to the caller alone.
fn log(error: &Error) {
    if let Error::Unavailable(cause) = error {
        tracing::error!(cause = %causes(cause.as_ref()), "request failed");
    }
}

/// An error and all that led to it, on one line.
#[must_use]
pub fn causes(error: &dyn std::error::Error) -> String {
    let mut line = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        line = format!("{line}: {cause}");
        next = cause.source();
    }
    line
}
