//! AWS as the SDK sees it: an HTTP client behind which the test answers.

use std::{fmt, sync::Arc, time::Duration};

use aws_credential_types::Credentials;
use aws_smithy_runtime_api::{
    client::{
        http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector},
        orchestrator::{HttpRequest, HttpResponse},
        result::ConnectorError,
    },
    http::StatusCode,
};
use aws_smithy_types::body::SdkBody;
use platform::aws::Clients;

/// A request that an SDK client made.
#[derive(Debug, Clone)]
pub struct Call {
    /// Path of the URL: for Lambda it names the function.
    pub path: String,
    /// `X-Amz-Target`: for DynamoDB and SQS it names the API and the operation.
    pub target: String,
    /// The body, as text.
    pub body: String,
}

impl Call {
    /// The operation, such as `SendMessage`; `Invoke` for Lambda, which has no target.
    #[must_use]
    pub fn operation(&self) -> &str {
        self.target
            .split('.')
            .next_back()
            .filter(|name| !name.is_empty())
            .unwrap_or("Invoke")
    }

    /// The function that a Lambda call invokes.
    #[must_use]
    pub fn function(&self) -> Option<&str> {
        self.path.split("/functions/").nth(1)?.split('/').next()
    }
}

/// What comes back.
#[derive(Debug, Clone)]
pub struct Answer {
    /// How long it takes.
    pub after: Duration,
    /// What it is; None when the connection breaks instead.
    pub response: Option<(u16, String)>,
}

impl Answer {
    /// At once, with this HTTP status and body.
    pub fn now(http_status: u16, body: impl Into<String>) -> Self {
        Self {
            after: Duration::ZERO,
            response: Some((http_status, body.into())),
        }
    }

    /// No answer: the connection breaks.
    #[must_use]
    pub fn lost() -> Self {
        Self {
            after: Duration::ZERO,
            response: None,
        }
    }

    /// This answer, but later.
    #[must_use]
    pub fn after(self, after: Duration) -> Self {
        Self { after, ..self }
    }
}

/// AWS clients, configured as the functions' are, whose every request `answer` answers.
pub fn answering(answer: impl Fn(&Call) -> Answer + Send + Sync + 'static) -> Clients {
    let connector = SharedHttpConnector::new(Scripted(Arc::new(answer)));
    let credentials = Credentials::new("test", "test", None, None, "test");
    Clients::new("us-east-1".to_owned(), credentials, connector)
}

struct Scripted(Arc<dyn Fn(&Call) -> Answer + Send + Sync>);

impl fmt::Debug for Scripted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Scripted")
    }
}

impl HttpConnector for Scripted {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let call = Call {
            path: request.uri().split('?').next().unwrap_or_default().to_owned(),
            target: request.headers().get("x-amz-target").unwrap_or_default().to_owned(),
            body: String::from_utf8_lossy(request.body().bytes().unwrap_or_default()).into_owned(),
        };
        let script = Arc::clone(&self.0);
        HttpConnectorFuture::new(async move {
            let Answer { after, response } = script(&call);
            // Even an answer at once lets others go on meanwhile, as a network does.
            tokio::task::yield_now().await;
            tokio::time::sleep(after).await;
            let (status, body) = response.ok_or_else(|| ConnectorError::io("connection broken".into()))?;
            let status = StatusCode::try_from(status).map_err(|error| ConnectorError::user(error.into()))?;
            Ok(HttpResponse::new(status, SdkBody::from(body)))
        })
    }
}
