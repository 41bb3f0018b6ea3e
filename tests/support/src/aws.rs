//! AWS APIs that answer what the test says.

use std::{fmt, sync::Arc, time::Duration};

use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_smithy_runtime_api::{
    client::{
        behavior_version::BehaviorVersion,
        http::{HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn},
        orchestrator::{HttpRequest, HttpResponse},
        result::ConnectorError,
    },
    http::StatusCode,
};
use aws_smithy_types::body::SdkBody;
use aws_types::{SdkConfig, region::Region, sdk_config::Builder};

/// A client's configuration that sends its requests through `http`.
#[must_use]
pub fn config(http: SharedHttpClient) -> Builder {
    let credentials = Credentials::new("test", "test", None, None, "test");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new("us-east-1"))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(http)
}

/// A request that a client made.
#[derive(Debug, Clone)]
pub struct Call {
    /// Path of the request: for Lambda it names the function.
    pub path: String,
    /// The body, as text.
    pub body: String,
}

/// What the API answers.
#[derive(Debug, Clone)]
pub struct Answer {
    /// How long it takes.
    pub after: Duration,
    /// The HTTP status.
    pub http_status: u16,
    /// The body.
    pub body: String,
}

impl Answer {
    /// At once, with this status and body.
    pub fn now(http_status: u16, body: impl Into<String>) -> Self {
        let (after, body) = (Duration::ZERO, body.into());
        Self {
            after,
            http_status,
            body,
        }
    }

    /// This answer, but later.
    #[must_use]
    pub fn after(self, after: Duration) -> Self {
        Self { after, ..self }
    }
}

/// An HTTP client behind which `answer` plays AWS.
pub fn answering(answer: impl Fn(&Call) -> Answer + Send + Sync + 'static) -> SharedHttpClient {
    let connector = SharedHttpConnector::new(Scripted(Arc::new(answer)));
    http_client_fn(move |_, _| connector.clone())
}

type Script = Arc<dyn Fn(&Call) -> Answer + Send + Sync>;

struct Scripted(Script);

impl fmt::Debug for Scripted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Scripted")
    }
}

impl HttpConnector for Scripted {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let call = Call {
            path: request.uri().split('?').next().unwrap_or_default().to_owned(),
            body: String::from_utf8_lossy(request.body().bytes().unwrap_or_default()).into_owned(),
        };
        let answer = (self.0)(&call);
        HttpConnectorFuture::new(async move {
            tokio::time::sleep(answer.after).await;
            let status =
                StatusCode::try_from(answer.http_status).map_err(|error| ConnectorError::user(error.into()))?;
            Ok(HttpResponse::new(status, SdkBody::from(answer.body)))
        })
    }
}
