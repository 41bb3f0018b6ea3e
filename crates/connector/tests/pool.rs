//! Connections that die or grow old in the pool.
#![allow(clippy::unwrap_used, reason = "a test that fails should fail")]

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use aws_smithy_runtime_api::client::{
    http::{HttpConnector, SharedHttpConnector},
    orchestrator::HttpRequest,
    result::ConnectorError,
};
use aws_smithy_types::byte_stream::ByteStream;
use connector::{https, open};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Barrier,
    task::JoinSet,
    time::{advance, pause, resume},
};

/// A server whose connections can die without a word, as when the client is frozen while its peer gives up.
struct Server {
    endpoint: String,
    accepted: AtomicUsize,
    deaths: AtomicUsize,
    /// Holds the first answers back until all connections of the test are open.
    open: Barrier,
}

impl Server {
    /// A server and a pool with open connections to it.
    async fn with_pool(connections: usize) -> (Arc<Self>, SharedHttpConnector) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Arc::new(Self {
            endpoint: format!("http://{}", listener.local_addr().unwrap()),
            accepted: AtomicUsize::default(),
            deaths: AtomicUsize::default(),
            open: Barrier::new(connections),
        });
        tokio::spawn(Arc::clone(&server).accept(listener));
        let pool = https(None).unwrap();
        let mut opening = JoinSet::new();
        for _ in 0..connections {
            let (pool, endpoint) = (pool.clone(), server.endpoint.clone());
            opening.spawn(async move { open(&pool, endpoint).await });
        }
        opening.join_all().await;
        assert_eq!(server.accepted.load(SeqCst), connections);
        (server, pool)
    }

    async fn accept(self: Arc<Self>, listener: TcpListener) {
        while let Ok((connection, _)) = listener.accept().await {
            self.accepted.fetch_add(1, SeqCst);
            tokio::spawn(Arc::clone(&self).serve(connection));
        }
    }

    /// Answers requests until the connection dies. A dead one is closed when the next request arrives.
    async fn serve(self: Arc<Self>, mut connection: TcpStream) -> Option<()> {
        let birth = self.deaths.load(SeqCst);
        loop {
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                request.push(connection.read_u8().await.ok()?);
            }
            if self.deaths.load(SeqCst) > birth {
                return None;
            }
            if request.starts_with(b"GET /ping") {
                self.open.wait().await;
            }
            let answer = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
            connection.write_all(answer.as_bytes()).await.ok()?;
        }
    }

    /// All connections so far die.
    fn kill(&self) {
        self.deaths.fetch_add(1, SeqCst);
    }

    /// Sends a request and reads its answer to the end.
    async fn ask(&self, pool: &SharedHttpConnector) -> Result<(), ConnectorError> {
        let request = HttpRequest::get(format!("{}/request", self.endpoint)).unwrap();
        let answer = pool.call(request).await?;
        ByteStream::new(answer.into_body()).collect().await.unwrap();
        Ok(())
    }

    async fn ask_twice(&self, pool: &SharedHttpConnector) -> Result<(), ConnectorError> {
        match self.ask(pool).await {
            Ok(()) => Ok(()),
            Err(_) => self.ask(pool).await,
        }
    }
}

#[tokio::test]
async fn of_three_dead_connections_a_request_meets_one() {
    let (server, pool) = Server::with_pool(3).await;
    server.kill();
    let error = server.ask(&pool).await.unwrap_err();
    assert!(error.is_io(), "{error:?}");
    server.ask(&pool).await.unwrap();
}

#[tokio::test]
async fn of_nine_dead_connections_three_requests_at_once_meet_one_each() {
    let (server, pool) = Server::with_pool(9).await;
    server.kill();
    let answers = tokio::join!(
        server.ask_twice(&pool),
        server.ask_twice(&pool),
        server.ask_twice(&pool)
    );
    assert!(
        answers.0.is_ok() && answers.1.is_ok() && answers.2.is_ok(),
        "{answers:?}"
    );
}

#[tokio::test]
async fn a_connection_is_used_again_after_ten_seconds_and_not_after_forty() {
    let (server, pool) = Server::with_pool(1).await;
    for (idle, accepted) in [(10, 1), (40, 2)] {
        pause();
        advance(Duration::from_secs(idle)).await;
        resume();
        server.ask(&pool).await.unwrap();
        assert_eq!(server.accepted.load(SeqCst), accepted, "idle for {idle} s");
    }
}
