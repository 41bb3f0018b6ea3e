//! An HTTP server on a free port of this machine, in plain text or over TLS. It can break connections.

use std::{
    io,
    net::{SocketAddr, TcpListener as StdListener},
    sync::Arc,
};

use futures_util::{FutureExt, future::BoxFuture};
use http_body_util::{BodyExt, Full};
use hyper::{
    Request, Response,
    body::{Bytes, Incoming},
    header::{CONTENT_TYPE, HeaderValue},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    select,
    sync::Notify,
    task::AbortHandle,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

use crate::{Call, Service, tls::Authority};

/// Answers requests. None breaks the connection.
pub trait Handler: Send + Sync + 'static {
    fn handle(self: Arc<Self>, request: Request<Bytes>) -> BoxFuture<'static, Option<Response<Bytes>>>;
}

/// A running server. It ends when it is dropped, and its connections with it.
#[derive(Debug)]
pub struct Server {
    pub address: SocketAddr,
    closing: Arc<Notify>,
    accepting: AbortHandle,
}

impl Server {
    /// Serves in plain text.
    pub fn start(handler: Arc<dyn Handler>) -> Self {
        Self::on(listen(), handler, None)
    }

    /// Serves over TLS, with a certificate that `authority` has signed.
    pub fn start_tls(handler: Arc<dyn Handler>, authority: &Authority) -> Self {
        Self::on(listen(), handler, Some(authority.acceptor()))
    }

    pub(crate) fn on(listener: StdListener, handler: Arc<dyn Handler>, tls: Option<TlsAcceptor>) -> Self {
        let address = listener.local_addr().unwrap();
        let listener = TcpListener::from_std(listener).unwrap();
        let closing = Arc::new(Notify::new());
        let accepting = tokio::spawn(accept(listener, handler, tls, Arc::clone(&closing)));
        Self {
            address,
            closing,
            accepting: accepting.abort_handle(),
        }
    }

    /// The base URL of a server in plain text.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Closes all open connections, as a server does with idle ones. New ones are accepted.
    pub fn disconnect(&self) {
        self.closing.notify_waiters();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
        self.disconnect();
    }
}

/// A listener on a free port. Connections wait until it is served.
pub(crate) fn listen() -> StdListener {
    let listener = StdListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    listener
}

/// Handshakes don't wait for one another.
async fn accept(listener: TcpListener, handler: Arc<dyn Handler>, tls: Option<TlsAcceptor>, closing: Arc<Notify>) {
    while let Ok((connection, _)) = listener.accept().await {
        connection.set_nodelay(true).unwrap();
        let (handler, tls, closing) = (Arc::clone(&handler), tls.clone(), Arc::clone(&closing));
        tokio::spawn(async move {
            let closed = closing.notified();
            select! {
                () = closed => {}
                () = serve(connection, handler, tls) => {}
            }
        });
    }
}

async fn serve(connection: TcpStream, handler: Arc<dyn Handler>, tls: Option<TlsAcceptor>) {
    match tls {
        None => converse(connection, handler).await,
        Some(tls) => match tls.accept(connection).await {
            Ok(connection) => converse(connection, handler).await,
            Err(error) => eprintln!("a handshake failed: {error}"),
        },
    }
}

/// Answers requests until the client is gone or the connection is to break, which a client sees as a reset.
async fn converse(connection: impl Connection, handler: Arc<dyn Handler>) {
    let answer = service_fn(move |request: Request<Incoming>| {
        let handler = Arc::clone(&handler);
        async move {
            let (head, body) = request.into_parts();
            let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
            let answer = handler.handle(Request::from_parts(head, body)).await;
            let answer = answer.ok_or_else(|| io::Error::from(io::ErrorKind::ConnectionReset))?;
            Ok::<_, io::Error>(answer.map(Full::new))
        }
    });
    let mut conversation = http1::Builder::new().serve_connection(TokioIo::new(connection), answer);
    if (&mut conversation).await.is_err() {
        let connection = conversation.into_parts().io.into_inner();
        let _ = connection.tcp().set_zero_linger();
    }
}

trait Connection: AsyncRead + AsyncWrite + Unpin + Send + 'static {
    fn tcp(&self) -> &TcpStream;
}

impl Connection for TcpStream {
    fn tcp(&self) -> &TcpStream {
        self
    }
}

impl Connection for TlsStream<TcpStream> {
    fn tcp(&self) -> &TcpStream {
        self.get_ref().0
    }
}

/// A service as SDKs reach it over a network.
pub struct Api(pub Arc<dyn Service>);

impl Handler for Api {
    fn handle(self: Arc<Self>, request: Request<Bytes>) -> BoxFuture<'static, Option<Response<Bytes>>> {
        let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
        let body = String::from_utf8_lossy(request.body()).into_owned();
        let call = Call::read(request.uri().path(), header, body);
        async move {
            let response = self.0.answer(call).await.arrive().await?;
            let (mut head, body) = response.into_parts();
            let json = HeaderValue::from_static("application/x-amz-json-1.0");
            head.headers.entry(CONTENT_TYPE).or_insert(json);
            Some(Response::from_parts(head, Bytes::from(body)))
        }
        .boxed()
    }
}
