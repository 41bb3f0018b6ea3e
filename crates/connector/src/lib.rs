//! Connections to AWS: one pool for all clients of a Lambda, HTTP/1.1 over TLS.
//!
//! The SDK's own HTTP client would do. But it can't open a connection ahead of use, brings HTTP/2, which none of these
//! services speaks, decodes PEM certificates at each start and makes one TLS configuration per client. See
//! `docs/decisions/0006-own-connector.md`.

mod clock;
mod pool;
mod roots;
mod warm;

use std::{path::Path, sync::Arc, time::Duration};

use aws_smithy_runtime_api::client::http::SharedHttpConnector;
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::client::legacy::connect::HttpConnector as TcpConnector;
use rustls::{ClientConfig, crypto::ring, pki_types::pem};

use pool::Pool;
pub use warm::open;

/// The longest a connection may take, and the longest a start waits for one.
const CONNECT_LIMIT: Duration = Duration::from_secs(1);

/// The certificates to trust can't be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the bundle can't be read")]
    Bundle(#[from] pem::Error),
    #[error("the bundle holds no certificate")]
    NoCertificate,
    #[error("a certificate or the TLS configuration is invalid")]
    Tls(#[from] rustls::Error),
}

/// A new pool. It trusts Amazon's roots, or instead those in the PEM file `bundle`.
///
/// # Errors
/// When the bundle can't be read or holds no certificate.
pub fn https(bundle: Option<&Path>) -> Result<SharedHttpConnector, Error> {
    let mut tcp = TcpConnector::new();
    tcp.set_connect_timeout(Some(CONNECT_LIMIT));
    tcp.set_nodelay(true);
    tcp.enforce_http(false);
    let https = HttpsConnectorBuilder::new()
        .with_tls_config(tls(bundle)?)
        .https_or_http()
        .enable_http1()
        .wrap_connector(tcp);
    Ok(SharedHttpConnector::new(Pool::new(https)))
}

fn tls(bundle: Option<&Path>) -> Result<ClientConfig, Error> {
    let roots = roots::load(bundle)?;
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let config = config
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots);
    Ok(config.with_no_client_auth())
}

#[cfg(test)]
mod tests {
    use aws_smithy_runtime_api::client::{http::HttpConnector, orchestrator::HttpRequest};
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
    async fn a_request_uses_the_connection_that_was_opened_ahead() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let server = tokio::spawn(serve_one_connection(listener, 2));
        let connector = https(None).unwrap();
        open(&connector, endpoint.clone()).await;
        let request = HttpRequest::get(format!("{endpoint}/request")).unwrap();
        let answer = connector.call(request).await.unwrap();
        assert_eq!(answer.status().as_u16(), 404);
        let seen = server.await.unwrap();
        assert!(seen[0].starts_with("GET /ping "), "{seen:?}");
        assert!(seen[1].starts_with("GET /request "), "{seen:?}");
    }

    #[tokio::test]
    async fn a_refused_connection_may_be_retried() {
        let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        let connector = https(None).unwrap();
        open(&connector, format!("http://{closed}")).await;
        let error = connector
            .call(HttpRequest::get(format!("http://{closed}/")).unwrap())
            .await
            .unwrap_err();
        assert!(error.is_io(), "{error:?}");
    }

    #[tokio::test]
    async fn an_answer_that_breaks_off_may_be_retried() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            let (mut connection, _) = listener.accept().await.unwrap();
            connection.read_u8().await.unwrap();
        });
        let request = HttpRequest::get(endpoint).unwrap();
        let error = https(None).unwrap().call(request).await.unwrap_err();
        assert!(error.is_io(), "{error:?}");
    }

    #[tokio::test]
    async fn a_server_whose_certificate_no_root_signed_is_rejected() {
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
        let error = https(None)
            .unwrap()
            .call(HttpRequest::get(endpoint).unwrap())
            .await
            .unwrap_err();
        assert!(format!("{error:?}").contains("UnknownIssuer"), "{error:?}");
        assert!(handshake.await.unwrap().is_some());
    }
}
