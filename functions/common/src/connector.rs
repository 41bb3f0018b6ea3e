//! Connections to AWS: one pool for all clients of a Lambda, HTTP/1.1 over TLS.
//!
//! The SDK's own HTTP client would do; but it brings HTTP/2, which none of these services speaks, decodes certificates at
//! each start and makes a TLS configuration a client. See `docs/decisions/0006-own-connector.md`.

use std::{error::Error as _, sync::Arc, time::Duration};

use aws_smithy_runtime_api::client::{
    connection::{CaptureSmithyConnection, ConnectionMetadata},
    http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector},
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
};
use aws_smithy_types::{body::SdkBody, byte_stream::ByteStream};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{
        self, Client,
        connect::{CaptureConnection, HttpConnector as TcpConnector, capture_connection},
    },
    rt::{TokioExecutor, TokioTimer},
};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject},
};
use tokio::time::timeout;

use crate::{
    env::{self, Misconfigured},
    error::Cause,
    serve::causes,
};

/// What AWS's endpoints chain to: <https://www.amazontrust.com/repository/>.
const AMAZON_ROOTS: [&[u8]; 5] = [
    include_bytes!("../amazon-roots/AmazonRootCA1.cer"),
    include_bytes!("../amazon-roots/AmazonRootCA2.cer"),
    include_bytes!("../amazon-roots/AmazonRootCA3.cer"),
    include_bytes!("../amazon-roots/AmazonRootCA4.cer"),
    include_bytes!("../amazon-roots/SFSRootCAG2.cer"),
];

/// Names a PEM file to trust instead, as for AWS's own tools.
const BUNDLE: &str = "AWS_CA_BUNDLE";

/// How long a connection may take, and how long a start waits for one.
const CONNECT_LIMIT: Duration = Duration::from_secs(1);

/// A new pool. It trusts Amazon's roots, or those in the PEM file that `AWS_CA_BUNDLE` names.
///
/// # Errors
/// When that file can't be read, or holds no certificates.
pub fn https() -> Result<SharedHttpConnector, Misconfigured> {
    let mut tcp = TcpConnector::new();
    tcp.set_connect_timeout(Some(CONNECT_LIMIT));
    tcp.set_nodelay(true);
    tcp.enforce_http(false);
    let https = HttpsConnectorBuilder::new()
        .with_tls_config(tls().map_err(unusable)?)
        .https_or_http()
        .enable_http1()
        .wrap_connector(tcp);
    let mut client = Client::builder(TokioExecutor::new());
    Ok(SharedHttpConnector::new(Pool(
        client.pool_timer(TokioTimer::new()).build(https),
    )))
}

fn tls() -> Result<ClientConfig, Cause> {
    let mut roots = RootCertStore::empty();
    match env::optional(BUNDLE) {
        None => AMAZON_ROOTS.into_iter().try_for_each(|root| roots.add(root.into()))?,
        Some(path) => CertificateDer::pem_file_iter(path)?.try_for_each(|root| Ok::<_, Cause>(roots.add(root?)?))?,
    }
    if roots.is_empty() {
        return Err("it holds no certificate".into());
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let config = config
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots);
    Ok(config.with_no_client_auth())
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn unusable(cause: Cause) -> Misconfigured {
    Misconfigured::Unusable {
        name: BUNDLE,
        error: causes(cause.as_ref()),
    }
}

#[derive(Debug)]
struct Pool(Client<HttpsConnector<TcpConnector>, SdkBody>);

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
        let answer = self.0.request(request);
        HttpConnectorFuture::new(async move {
            let answer = answer.await.map_err(classified)?.map(SdkBody::from_body_1_x);
            HttpResponse::try_from(answer).map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

/// Lets the SDK give a connection up after an error that the next request on it might meet again.
fn metadata(connection: CaptureConnection) -> ConnectionMetadata {
    let poison = move || {
        if let Some(connected) = connection.connection_metadata().as_ref() {
            connected.poison();
        }
    };
    ConnectionMetadata::builder().proxied(false).poison_fn(poison).build()
}

/// Whatever happens before there is an answer is the connection's fault, which the SDK may retry; unless the request is
/// none.
fn classified(error: legacy::Error) -> ConnectorError {
    let cause = error.source().and_then(|cause| cause.downcast_ref::<hyper::Error>());
    if cause.is_some_and(hyper::Error::is_user) {
        ConnectorError::user(error.into())
    } else {
        ConnectorError::io(error.into())
    }
}

/// Opens a connection to `endpoint` and leaves it in the pool. Lambda gives a starting function more CPU than most
/// functions have later, and a viewer does not wait for it.
pub(crate) async fn open(connector: &SharedHttpConnector, endpoint: String) {
    match timeout(CONNECT_LIMIT, ping(connector, &endpoint)).await {
        Ok(Ok(())) => {}
        Ok(Err(cause)) => tracing::debug!(endpoint, cause = %causes(cause.as_ref()), "no connection yet"),
        Err(_) => tracing::debug!(endpoint, "no connection in time"),
    }
}

/// AWS's endpoints answer `GET /ping` to anybody; any answer will do.
async fn ping(connector: &SharedHttpConnector, endpoint: &str) -> Result<(), Cause> {
    let answer = connector.call(HttpRequest::get(format!("{endpoint}/ping"))?).await?;
    // A connection is free for the next request when its answer has been read to the end.
    ByteStream::new(answer.into_body()).collect().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use rustls::{ServerConfig, pki_types::PrivatePkcs8KeyDer};
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };
    use tokio_rustls::TlsAcceptor;

    use super::*;

    /// Answers `requests` requests, all on the first connection that comes.
    async fn serve_one_connection(listener: TcpListener, requests: usize) -> Vec<String> {
        let (mut connection, _) = listener.accept().await.unwrap();
        let mut seen = Vec::new();
        while seen.len() < requests {
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                request.push(connection.read_u8().await.unwrap());
            }
            seen.push(String::from_utf8(request).unwrap());
            let answer = "HTTP/1.1 404 Not Found\r\ncontent-length: 2\r\n\r\nno";
            connection.write_all(answer.as_bytes()).await.unwrap();
        }
        seen
    }

    #[tokio::test]
    async fn a_request_takes_the_connection_that_was_opened_before() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let server = tokio::spawn(serve_one_connection(listener, 2));
        let connector = https().unwrap();
        open(&connector, endpoint.clone()).await;
        let request = HttpRequest::get(format!("{endpoint}/request")).unwrap();
        let answer = connector.call(request).await.unwrap();
        assert_eq!(answer.status().as_u16(), 404);
        let seen = server.await.unwrap();
        assert!(seen[0].starts_with("GET /ping "), "{seen:?}");
        assert!(seen[1].starts_with("GET /request "), "{seen:?}");
    }

    #[tokio::test]
    async fn a_connection_that_is_refused_may_be_tried_again() {
        let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        let connector = https().unwrap();
        open(&connector, format!("http://{closed}")).await;
        let error = connector
            .call(HttpRequest::get(format!("http://{closed}/")).unwrap())
            .await
            .unwrap_err();
        assert!(error.is_io(), "{error:?}");
    }

    #[tokio::test]
    async fn an_answer_that_breaks_off_may_be_tried_again() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            let (mut connection, _) = listener.accept().await.unwrap();
            connection.read_u8().await.unwrap();
        });
        let request = HttpRequest::get(endpoint).unwrap();
        let error = https().unwrap().call(request).await.unwrap_err();
        assert!(error.is_io(), "{error:?}");
    }

    #[tokio::test]
    async fn a_server_that_no_root_vouches_for_is_refused() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("https://{}", listener.local_addr().unwrap());
        let stranger = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
        let key = PrivatePkcs8KeyDer::from(stranger.signing_key.serialize_der());
        let server = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![stranger.cert.der().clone()], key.into())
            .unwrap();
        let handshake = tokio::spawn(async move {
            let (connection, _) = listener.accept().await.unwrap();
            TlsAcceptor::from(Arc::new(server)).accept(connection).await.err()
        });
        let error = https()
            .unwrap()
            .call(HttpRequest::get(endpoint).unwrap())
            .await
            .unwrap_err();
        assert!(causes(&error).contains("UnknownIssuer"), "{error:?}");
        assert!(handshake.await.unwrap().is_some());
    }

    #[test]
    fn all_of_amazons_roots_are_read() {
        // One that can't be read is an error.
        assert!(tls().is_ok());
    }
}
