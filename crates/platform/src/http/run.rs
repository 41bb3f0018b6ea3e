//! The start of every Lambda that answers HTTP.

use std::convert::Infallible;

use lambda_http::{Request, service_fn};
use tracing::Instrument;

use crate::{
    BoxError,
    http::{Error, Reply, correlation_id},
    telemetry::{
        chain, correlation,
        metrics::{self, Metric},
    },
};

/// Answers requests with `handler` until Lambda stops the instance.
///
/// # Errors
/// When the Lambda Runtime API can't be reached.
pub async fn run<H, A>(handler: H) -> Result<(), BoxError>
where
    H: Fn(Request) -> A,
    A: Future<Output = Result<Reply, Error>> + Send,
{
    lambda_http::run(service_fn(|request| {
        let id = correlation_id(&request);
        // At the highest level, so that every line has the id, whatever level is on.
        let span = tracing::error_span!("request", correlationId = id.as_ref().map(tracing::field::display));
        let result = handler(request);
        let reply = async {
            let reply = result.await.unwrap_or_else(|error| refuse(&error));
            metrics::emit(&[(Metric::ServerErrors, u64::from(reply.status.is_server_error()))]);
            Ok::<Reply, Infallible>(reply)
        };
        // Boxed, because the layers above copy the future several times and a handler's is up to 95 KB.
        Box::pin(correlation::scope(id, reply)).instrument(span)
    }))
    .await
}

/// Logs a failure of our own with its causes. A caller's mistake goes to the caller alone.
fn refuse(error: &Error) -> Reply {
    if let Error::Unavailable(cause) = error {
        tracing::error!(cause = %chain(cause.as_ref()), "request failed");
    }
    error.reply()
}
