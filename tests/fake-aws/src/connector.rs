//! The SDK's HTTP client, replaced by a service in the same process.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

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

use crate::{Answer, Call, Service};

/// Clients, configured as the functions' own, whose every call `answer` answers.
pub fn answering(answer: impl Fn(&Call) -> Answer + Send + Sync + 'static) -> Clients {
    clients(Arc::new(answer))
}

/// Clients, configured as the functions' own, of a service in this process. They share no retry quota with others.
#[must_use]
pub fn clients(service: Arc<dyn Service>) -> Clients {
    clients_in(new_region(), service)
}

/// The same for clients that share the retry quota of a region.
#[must_use]
pub fn clients_in(region: String, service: Arc<dyn Service>) -> Clients {
    let credentials = Credentials::new("test", "test", None, None, "test");
    let connector = SharedHttpConnector::new(InProcess(service));
    Clients::new(region, credentials, connector)
}

/// A region that no other clients use. The SDK keeps one retry quota per region in a process, and a test must not
/// depend on the retries of another one.
pub fn new_region() -> String {
    static REGIONS: AtomicU64 = AtomicU64::new(0);
    format!("test-{}", REGIONS.fetch_add(1, Ordering::Relaxed))
}

struct InProcess(Arc<dyn Service>);

impl fmt::Debug for InProcess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InProcess")
    }
}

impl HttpConnector for InProcess {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let call = call(&request);
        let service = Arc::clone(&self.0);
        HttpConnectorFuture::new(async move {
            let answer = service.answer(call.clone()).await.arrive().await;
            let response = answer.ok_or_else(|| ConnectorError::io("connection broken".into()))?;
            if response.status().is_success() {
                service.heard(&call);
            }
            let status = StatusCode::try_from(response.status().as_u16());
            let status = status.map_err(|error| ConnectorError::user(error.into()))?;
            let mut answer = HttpResponse::new(status, SdkBody::from(response.body().as_str()));
            for (name, value) in response.headers() {
                answer
                    .headers_mut()
                    .insert(name.as_str().to_owned(), value.to_str().unwrap().to_owned());
            }
            Ok(answer)
        })
    }
}

fn call(request: &HttpRequest) -> Call {
    let uri = request.uri().split('?').next().unwrap_or_default();
    // The SDK's URIs are absolute: scheme, host, path.
    let path = uri.splitn(4, '/').nth(3).unwrap_or_default();
    let body = String::from_utf8_lossy(request.body().bytes().unwrap_or_default()).into_owned();
    Call::read(&format!("/{path}"), |name| request.headers().get(name), body)
}
