//! Another service's endpoint, called by direct Lambda invocation with the request that the gateway would send.

use std::time::Duration;

use aws_sdk_lambda::{Client, primitives::Blob};
use lambda_http::{
    aws_lambda_events::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse},
    http::Method,
};
use serde::de::DeserializeOwned;
use tokio::time::{error::Elapsed, timeout};

use crate::{correlation, error::Cause};

/// A GET endpoint of another service.
#[derive(Debug, Clone)]
pub struct Backend {
    client: Client,
    function: String,
    route: &'static str,
    limit: Duration,
}

/// Why an endpoint gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// It took longer than the limit.
    #[error("{0} did not answer in time")]
    TimedOut(String, #[source] Elapsed),
    /// Lambda did not run it.
    #[error("{0} could not be invoked")]
    NotInvoked(String, #[source] Cause),
    /// It ran and crashed, or answered something that is no HTTP reply.
    #[error("{0} failed: {1}")]
    Crashed(String, String),
}

/// An endpoint's answer.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub http_status: i64,
    body: Vec<u8>,
}

impl Answer {
    /// The body, read as JSON.
    ///
    /// # Errors
    /// When it is no such JSON.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_slice(&self.body)
    }
}

impl Backend {
    /// The endpoint behind `route`, such as `/url/asset/{assetId}`, which `function` serves. An answer that takes
    /// longer than `limit`, the SDK's retries included, is given up.
    #[must_use]
    pub fn new(client: Client, function: String, route: &'static str, limit: Duration) -> Self {
        Self {
            client,
            function,
            route,
            limit,
        }
    }

    /// Calls the endpoint. A GET changes nothing, so the SDK may retry it.
    ///
    /// # Errors
    /// [`Failure`] when there is no HTTP reply; a reply with an error status is an [`Answer`].
    pub async fn get(&self, parameters: &[(&str, &str)]) -> Result<Answer, Failure> {
        let failed = |why: String| Failure::Crashed(self.function.clone(), why);
        let event = serde_json::to_vec(&self.event(parameters)).map_err(|error| failed(error.to_string()))?;
        let request = self.client.invoke().function_name(&self.function);
        let invoked = timeout(self.limit, request.payload(Blob::new(event)).send())
            .await
            .map_err(|elapsed| Failure::TimedOut(self.function.clone(), elapsed))?
            .map_err(|error| Failure::NotInvoked(self.function.clone(), error.into()))?;
        if let Some(kind) = invoked.function_error {
            return Err(failed(kind));
        }
        let payload = invoked.payload.unwrap_or_else(|| Blob::new([]));
        let reply: ApiGatewayV2httpResponse =
            serde_json::from_slice(payload.as_ref()).map_err(|error| failed(error.to_string()))?;
        Ok(Answer {
            http_status: reply.status_code,
            body: reply.body.map(|body| body.to_vec()).unwrap_or_default(),
        })
    }

    /// The HTTP API event (payload format 2.0) for a GET of the route.
    fn event(&self, parameters: &[(&str, &str)]) -> ApiGatewayV2httpRequest {
        let path = parameters.iter().fold(self.route.to_owned(), |path, (name, value)| {
            path.replace(&format!("{{{name}}}"), value)
        });
        let mut event = ApiGatewayV2httpRequest::default();
        event.version = Some("2.0".to_owned());
        event.route_key = Some(format!("GET {}", self.route));
        event.raw_path = Some(path.clone());
        event.path_parameters = parameters
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        event.request_context.request_id = correlation::current().map(String::from);
        event.request_context.stage = Some("$default".to_owned());
        event.request_context.http.method = Method::GET;
        event.request_context.http.path = Some(path);
        event
    }
}
