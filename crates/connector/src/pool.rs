//! The pool, as the SDK's connector.

use std::{
    error::Error as _,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use aws_smithy_runtime_api::client::{
    connection::{CaptureSmithyConnection, ConnectionMetadata},
    http::{HttpConnector, HttpConnectorFuture},
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
};
use aws_smithy_types::body::SdkBody;
use hyper_rustls::HttpsConnector;
use hyper_util::{
    client::legacy::{
        self, Client,
        connect::{CaptureConnection, HttpConnector as TcpConnector, capture_connection},
    },
    rt::TokioExecutor,
};

use crate::clock::Clock;

/// The longest that a connection is kept without a request: less than AWS's servers keep it, so that the pool drops a
/// connection before its peer does.
const IDLE_LIMIT: Duration = Duration::from_secs(20);

type Connections = Client<HttpsConnector<TcpConnector>, SdkBody>;

#[derive(Debug, Clone)]
pub(crate) struct Pool {
    https: HttpsConnector<TcpConnector>,
    connections: Arc<Mutex<Arc<Connections>>>,
}

impl Pool {
    pub(crate) fn new(https: HttpsConnector<TcpConnector>) -> Self {
        let connections = Arc::new(Mutex::new(Arc::new(connections(&https))));
        Self { https, connections }
    }

    fn connections(&self) -> Arc<Connections> {
        let current = self.connections.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&current)
    }

    /// Replaces the pool after one of its connections died, unless another request already has. After a freeze the other
    /// idle connections are dead too, and the SDK's next attempt must not meet one.
    fn start_over(&self, failed: &Arc<Connections>) {
        let mut current = self.connections.lock().unwrap_or_else(PoisonError::into_inner);
        if Arc::ptr_eq(&current, failed) {
            *current = Arc::new(connections(&self.https));
        }
    }
}

fn connections(https: &HttpsConnector<TcpConnector>) -> Connections {
    let mut client = Client::builder(TokioExecutor::new());
    client.pool_timer(Clock::start()).pool_idle_timeout(IDLE_LIMIT);
    client.build(https.clone())
}

impl HttpConnector for Pool {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let mut request = match request.try_into_http1x() {
            Ok(request) => request,
            Err(error) => return HttpConnectorFuture::ready(Err(ConnectorError::user(error.into()))),
        };
        let connection = capture_connection(&mut request);
        if let Some(wanted) = request.extensions().get::<CaptureSmithyConnection>() {
            wanted.set_connection_retriever(move || Some(metadata(connection.clone())));
        }
        let (pool, connections) = (self.clone(), self.connections());
        let answer = connections.request(request);
        HttpConnectorFuture::new(async move {
            let answer = answer.await.map_err(|error| {
                if !error.is_connect() {
                    pool.start_over(&connections);
                }
                classify(error)
            })?;
            let answer = answer.map(SdkBody::from_body_1_x);
            HttpResponse::try_from(answer).map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

/// Lets the SDK discard a connection after an error that the next request on it might meet again.
fn metadata(connection: CaptureConnection) -> ConnectionMetadata {
    let poison = move || {
        if let Some(connected) = connection.connection_metadata().as_ref() {
            connected.poison();
        }
    };
    ConnectionMetadata::builder().proxied(false).poison_fn(poison).build()
}

/// Classifies an error for the SDK. A failure before the response arrives is an I/O error, which may be retried, unless
/// hyper rejected the request itself.
fn classify(error: legacy::Error) -> ConnectorError {
    let cause = error.source().and_then(|cause| cause.downcast_ref::<hyper::Error>());
    if cause.is_some_and(hyper::Error::is_user) {
        ConnectorError::user(error.into())
    } else {
        ConnectorError::io(error.into())
    }
}
