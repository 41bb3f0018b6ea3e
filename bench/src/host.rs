//! A small Lambda host: a function's instances, and the Runtime API that hands them events.
//! See <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>.

use std::{
    collections::HashMap,
    fs::File,
    net::SocketAddr,
    process::Child,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
    serve::ListenerExt,
};
use tokio::{
    net::TcpListener,
    sync::{mpsc, oneshot},
};

use crate::bootstrap::{Bootstrap, Start, cpu_time};

/// A function whose instances take turns.
pub struct Function {
    bootstrap: Bootstrap,
    address: SocketAddr,
    api: Arc<RuntimeApi>,
    instances: Mutex<Vec<Child>>,
    log: File,
}

/// What a function has done, all instances together.
#[derive(Debug, Clone, Copy, Default)]
pub struct Usage {
    /// Events answered.
    pub invocations: u64,
    /// From an event's hand-over to its answer, summed up: what Lambda bills.
    pub duration: Duration,
    /// CPU time of the processes.
    pub cpu: Duration,
    /// Bytes written to the log.
    pub logged: u64,
}

struct RuntimeApi {
    queue: mpsc::UnboundedSender<Invocation>,
    waiting: tokio::sync::Mutex<mpsc::UnboundedReceiver<Invocation>>,
    running: Mutex<HashMap<u64, (Instant, oneshot::Sender<Bytes>)>>,
    invocations: AtomicU64,
    nanoseconds: AtomicU64,
}

struct Invocation {
    event: Bytes,
    answer: oneshot::Sender<Bytes>,
}

impl Function {
    /// A function without instances yet: events wait for one.
    pub async fn new(bootstrap: Bootstrap) -> Self {
        let (queue, waiting) = mpsc::unbounded_channel();
        let api = Arc::new(RuntimeApi {
            queue,
            waiting: tokio::sync::Mutex::new(waiting),
            running: Mutex::default(),
            invocations: AtomicU64::new(0),
            nanoseconds: AtomicU64::new(0),
        });
        let routes = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/response", post(answered))
            .route("/2018-06-01/runtime/invocation/{id}/error", post(failed))
            .route("/2018-06-01/runtime/init/error", post(failed))
            .with_state(Arc::clone(&api));
        Self {
            bootstrap,
            address: serve(routes).await,
            api,
            instances: Mutex::default(),
            log: tempfile::tempfile().unwrap(),
        }
    }

    /// Starts instances more.
    pub fn scale_out(&self, instances: usize) {
        let start = || {
            let mut command = self.bootstrap.command(self.address);
            command.stdout(self.log.try_clone().unwrap()).spawn().unwrap()
        };
        lock(&self.instances).extend((0..instances).map(|_| start()));
    }

    /// Has an instance answer `event`.
    pub async fn invoke(&self, event: Bytes) -> Bytes {
        let (answer, answered) = oneshot::channel();
        assert!(self.api.queue.send(Invocation { event, answer }).is_ok());
        answered.await.unwrap()
    }

    /// From the start of a first instance to its answer to `event`, and the answer.
    pub async fn cold_start(&self, event: Bytes) -> (Start, Bytes) {
        let started = Instant::now();
        self.scale_out(1);
        let answer = self.invoke(event).await;
        let (wall, cpu) = (started.elapsed(), self.usage().cpu);
        (Start { wall, cpu }, answer)
    }

    /// Ends its instances.
    pub fn stop(&self) {
        for mut process in lock(&self.instances).drain(..) {
            let _ = process.kill();
            let _ = process.wait();
        }
    }

    /// What it has done up to now.
    #[must_use]
    pub fn usage(&self) -> Usage {
        Usage {
            invocations: self.api.invocations.load(Ordering::Relaxed),
            duration: Duration::from_nanos(self.api.nanoseconds.load(Ordering::Relaxed)),
            cpu: lock(&self.instances).iter().map(|process| cpu_time(process.id())).sum(),
            logged: self.log.metadata().unwrap().len(),
        }
    }
}

impl Usage {
    /// What was done since `earlier`.
    #[must_use]
    pub fn since(self, earlier: Self) -> Self {
        Self {
            invocations: self.invocations - earlier.invocations,
            duration: self.duration.saturating_sub(earlier.duration),
            cpu: self.cpu.saturating_sub(earlier.cpu),
            logged: self.logged - earlier.logged,
        }
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Serves `routes` on a free port of this machine, in the background.
pub async fn serve(routes: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let listener = listener.tap_io(|connection| connection.set_nodelay(true).unwrap());
    tokio::spawn(async move { axum::serve(listener, routes).await });
    address
}

async fn next(State(api): State<Arc<RuntimeApi>>) -> Response {
    let Some(Invocation { event, answer }) = api.waiting.lock().await.recv().await else {
        return StatusCode::GONE.into_response();
    };
    let id = fastrand::u64(..);
    lock(&api.running).insert(id, (Instant::now(), answer));
    let deadline = SystemTime::now() + Duration::from_secs(30);
    let deadline = deadline.duration_since(UNIX_EPOCH).unwrap().as_millis();
    let headers = [
        ("content-type", "application/json".to_owned()),
        ("lambda-runtime-aws-request-id", id.to_string()),
        ("lambda-runtime-deadline-ms", deadline.to_string()),
        (
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:us-east-1:123456789012:function:bench".to_owned(),
        ),
    ];
    (headers, event).into_response()
}

async fn answered(State(api): State<Arc<RuntimeApi>>, Path(id): Path<u64>, answer: Bytes) -> StatusCode {
    let (started, receiver) = lock(&api.running).remove(&id).unwrap();
    api.invocations.fetch_add(1, Ordering::Relaxed);
    let nanoseconds = started.elapsed().as_nanos().try_into().unwrap();
    api.nanoseconds.fetch_add(nanoseconds, Ordering::Relaxed);
    let _ = receiver.send(answer);
    StatusCode::ACCEPTED
}

async fn failed(error: String) -> StatusCode {
    eprintln!("error: a function failed: {error}");
    std::process::exit(1);
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
