//! The start of every Lambda that answers HTTP.

use std::{convert::Infallible, time::Duration};

use lambda_http::{
    Context, LambdaEvent, Request, RequestExt, aws_lambda_events::apigw::ApiGatewayV2httpResponse, lambda_runtime,
    service_fn,
};
use serde_json::value::RawValue;
use tokio::time::{Instant, timeout_at};
use tracing::Instrument;

use crate::{
    BoxError,
    http::{Error, Reply, correlation_id, event::read_event},
    telemetry::{
        chain, correlation,
        metrics::{self, Metric},
    },
    time_left,
};

/// The time reserved to answer when an endpoint is not done. An endpoint may reserve more for itself.
const MARGIN: Duration = Duration::from_millis(500);
/// The time of an invocation whose deadline has passed, see `time_left`. An HTTP API waits no longer.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Answers requests with `handler` until Lambda stops the instance.
///
/// # Errors
/// When the Lambda Runtime API can't be reached.
pub async fn run<H, A>(handler: H) -> Result<(), BoxError>
where
    H: Fn(Request) -> A,
    A: Future<Output = Result<Reply, Error>>,
{
    lambda_runtime::run(service_fn(|event: LambdaEvent<Box<RawValue>>| {
        let response = answer(&handler, event.payload.get(), event.context);
        async { Ok::<_, Infallible>(response.await) }
    }))
    .await
}

/// Answers one raw event with `handler`: the work of a Lambda between its runtime and its endpoint.
pub fn answer<H, A>(
    handler: &H,
    event: &str,
    context: Context,
) -> impl Future<Output = ApiGatewayV2httpResponse> + use<H, A>
where
    H: Fn(Request) -> A,
    A: Future<Output = Result<Reply, Error>>,
{
    let request = read_event(event);
    let id = request.as_ref().ok().and_then(correlation_id);
    // At the highest level, so that every line has the id, whatever level is on.
    let span = tracing::error_span!("request", correlationId = id.as_ref().map(tracing::field::display));
    let end = Instant::now() + time_left(&context, TIMEOUT).saturating_sub(MARGIN);
    let work = request.map(|request| handler(request.with_lambda_context(context)));
    let response = async move {
        let result = match work {
            Ok(work) => timeout_at(end, work)
                .await
                .unwrap_or_else(|late| Err(Error::Unavailable(late.into()))),
            Err(invalid) => Err(invalid.into()),
        };
        let reply = result.unwrap_or_else(|error| refuse(&error));
        metrics::emit(&[(Metric::ServerErrors, u64::from(reply.status.is_server_error()))]);
        reply.into()
    };
    // Boxed, because the layers above copy the future several times and a handler's is up to 95 KB.
    Box::pin(correlation::scope(id, response)).instrument(span)
}

/// Logs a failure of our own with its causes. A caller's mistake goes to the caller alone.
fn refuse(error: &Error) -> Reply {
    if let Error::Unavailable(cause) = error {
        tracing::error!(cause = %chain(cause.as_ref()), "request failed");
    }
    error.reply()
}

#[cfg(test)]
mod tests {
    use std::{future::pending, time::SystemTime};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn an_endpoint_that_is_not_done_in_time_is_answered_for_before_lambda_ends_the_function() {
        let (start, limit) = (Instant::now(), Duration::from_secs(10));
        let mut context = Context::default();
        let end = SystemTime::now() + limit;
        let since_1970 = end.duration_since(SystemTime::UNIX_EPOCH).unwrap();
        context.deadline = since_1970.as_millis().try_into().unwrap();
        let event = include_str!("../../../../events/get-content.json");
        let response = answer(&|_| pending(), event, context).await;
        assert_eq!(response.status_code, 503);
        assert!(start.elapsed() < limit, "{:?}", start.elapsed());
    }
}
