//! Another service's endpoint, called by direct Lambda invocation with the request that the gateway would send.

use std::collections::BTreeMap;

use aws_sdk_lambda::{Client, primitives::Blob};
use domain::CorrelationId;
use lambda_http::{aws_lambda_events::apigw::ApiGatewayV2httpResponse, http::StatusCode};
use serde::{Serialize, de::DeserializeOwned};
use tokio::time::{Instant, error::Elapsed, timeout_at};

use crate::{BoxError, telemetry::correlation};

/// A GET endpoint of another service.
#[derive(Debug, Clone)]
pub struct Backend {
    client: Client,
    function: String,
    route: &'static str,
}

/// An endpoint gave no HTTP answer.
#[derive(Debug, thiserror::Error)]
pub enum InvokeError {
    #[error("{0} did not answer in time")]
    TimedOut(String, #[source] Elapsed),
    #[error("{0} could not be invoked")]
    NotInvoked(String, #[source] BoxError),
    /// The function crashed, or its answer is not an HTTP reply.
    #[error("{0} failed: {1}")]
    Crashed(String, String),
}

/// An endpoint's answer.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    body: Vec<u8>,
}

impl Answer {
    /// Deserialises the body.
    ///
    /// # Errors
    /// When it is not JSON that deserialises into `T`.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_slice(&self.body)
    }
}

impl Backend {
    /// The endpoint behind `route`, such as `/url/asset/{assetId}`, which `function` serves.
    #[must_use]
    pub fn new(client: Client, function: String, route: &'static str) -> Self {
        Self {
            client,
            function,
            route,
        }
    }

    /// Calls the endpoint without headers, see [`Self::get_with`].
    ///
    /// # Errors
    /// [`InvokeError`] when there is no HTTP reply. A reply with an error status is an [`Answer`].
    pub async fn get(&self, parameters: &[(&str, &str)], end: Instant) -> Result<Answer, InvokeError> {
        self.get_with(parameters, &[], end).await
    }

    /// Calls the endpoint and waits for its answer until `end`. Nothing but `end` cuts an attempt short, so a slow endpoint
    /// is invoked once. A GET changes nothing, so the SDK may retry an attempt that fails before.
    ///
    /// # Errors
    /// [`InvokeError`] when there is no HTTP reply. A reply with an error status is an [`Answer`].
    pub async fn get_with(
        &self,
        parameters: &[(&str, &str)],
        headers: &[(&str, &str)],
        end: Instant,
    ) -> Result<Answer, InvokeError> {
        let failed = |error: serde_json::Error| InvokeError::Crashed(self.function.clone(), error.to_string());
        let event = serde_json::to_vec(&Event::get(self.route, parameters, headers)).map_err(failed)?;
        let request = self.client.invoke().function_name(&self.function);
        let invocation = Box::pin(request.payload(Blob::new(event)).send());
        let invoked = timeout_at(end, invocation)
            .await
            .map_err(|elapsed| InvokeError::TimedOut(self.function.clone(), elapsed))?
            .map_err(|error| InvokeError::NotInvoked(self.function.clone(), error.into()))?;
        if let Some(kind) = invoked.function_error {
            return Err(InvokeError::Crashed(self.function.clone(), kind));
        }
        let payload = invoked.payload.unwrap_or_else(|| Blob::new([]));
        self.read(payload.as_ref())
    }

    fn read(&self, payload: &[u8]) -> Result<Answer, InvokeError> {
        let crashed = |problem: String| InvokeError::Crashed(self.function.clone(), problem);
        let reply: ApiGatewayV2httpResponse =
            serde_json::from_slice(payload).map_err(|error| crashed(error.to_string()))?;
        let status = u16::try_from(reply.status_code).ok();
        let status = status.and_then(|status| StatusCode::from_u16(status).ok());
        Ok(Answer {
            status: status.ok_or_else(|| crashed(format!("status {} is not HTTP's", reply.status_code)))?,
            body: reply.body.map(|body| body.to_vec()).unwrap_or_default(),
        })
    }
}

/// The parts of an HTTP API event (payload format 2.0) that an endpoint needs. The event type of `aws_lambda_events`
/// writes every absent field as well, which triples the payload.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Event<'a> {
    version: &'a str,
    route_key: String,
    raw_path: String,
    path_parameters: BTreeMap<&'a str, &'a str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    headers: BTreeMap<&'a str, &'a str>,
    request_context: Context,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Context {
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<CorrelationId>,
    http: Http,
}

#[derive(Serialize)]
struct Http {
    method: &'static str,
}

impl<'a> Event<'a> {
    fn get(route: &str, parameters: &[(&'a str, &'a str)], headers: &[(&'a str, &'a str)]) -> Self {
        Self {
            version: "2.0",
            route_key: format!("GET {route}"),
            raw_path: parameters.iter().fold(route.to_owned(), |path, (name, value)| {
                path.replace(&format!("{{{name}}}"), value)
            }),
            path_parameters: parameters.iter().copied().collect(),
            headers: headers.iter().copied().collect(),
            request_context: Context {
                request_id: correlation::current(),
                http: Http { method: "GET" },
            },
        }
    }
}
