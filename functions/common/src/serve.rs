//! The start of every Lambda that answers HTTP.

use std::convert::Infallible;

use lambda_http::{Body, Request, Response, service_fn, tracing};

use crate::{Error, Reply};

/// Writes the logs as Lambda is configured to (JSON or text, from which level on).
pub fn start_telemetry() {
    tracing::init_default_subscriber();
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
        let answer = endpoint(request);
        async { Ok::<Response<Body>, Infallible>(answer.await.unwrap_or_else(|error| refuse(&error)).into()) }
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
