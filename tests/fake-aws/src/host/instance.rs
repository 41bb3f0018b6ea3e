//! One instance: a process, its log, and the Runtime API that hands it one event at a time.
//! See <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>.

use std::{
    fs,
    sync::{Arc, Mutex},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use futures_util::{FutureExt, future::BoxFuture};
use hyper::{Method, Request, Response, StatusCode, body::Bytes};
use nix::{
    sys::signal::{Signal, kill},
    time::{clock_getcpuclockid, clock_gettime},
    unistd::Pid,
};
use tokio::{
    process::{Child, Command},
    select,
    sync::{Notify, oneshot, watch},
};

use super::{Bootstrap, Failure, Log, function::Waiting};
use crate::server::{self, Handler, Server};

/// An instance of a function.
pub(super) struct Instance {
    pub(super) log: Log,
    process: u32,
    state: watch::Sender<State>,
    kill: Notify,
    running: Mutex<Option<Running>>,
    waiting: Arc<Waiting>,
}

/// The life of an instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum State {
    Starting,
    /// It has asked for an event.
    Ready,
    /// Its process has ended.
    Gone,
}

/// The event that an instance works on.
struct Running {
    id: u64,
    started: Instant,
    answer: oneshot::Sender<Answered>,
}

/// The end of an invocation, and the time since the instance got the event.
pub(super) type Answered = (Result<Bytes, Failure>, Duration);

/// An event that waits for an instance.
pub(super) struct Invocation {
    pub(super) event: Bytes,
    pub(super) limit: Duration,
    pub(super) taken: oneshot::Sender<Taken>,
}

/// An event in the hands of an instance.
pub(super) struct Taken {
    pub(super) instance: Arc<Instance>,
    /// The length of the instance's log before.
    pub(super) logged: u64,
    pub(super) answer: oneshot::Receiver<Answered>,
}

impl Instance {
    /// Starts a process. Its Runtime API ends with the server.
    pub(super) fn start(bootstrap: &Bootstrap, waiting: Arc<Waiting>) -> (Arc<Self>, Server) {
        let log = Log::create();
        let runtime_api = server::listen();
        let mut command = Command::from(bootstrap.command(runtime_api.local_addr().unwrap()));
        let command = command.stdout(log.stream()).stderr(log.stream()).kill_on_drop(true);
        let process = command.spawn().unwrap();
        let instance = Arc::new(Self {
            log,
            process: process.id().unwrap(),
            state: watch::Sender::new(State::Starting),
            kill: Notify::new(),
            running: Mutex::default(),
            waiting,
        });
        tokio::spawn(supervise(Arc::clone(&instance), process));
        let handler: Arc<Self> = Arc::clone(&instance);
        (instance, Server::on(runtime_api, handler, None))
    }

    pub(super) fn state(&self) -> State {
        *self.state.borrow()
    }

    /// Waits for a state or a later one.
    pub(super) async fn reach(&self, state: State) {
        let mut states = self.state.subscribe();
        states.wait_for(|reached| *reached >= state).await.unwrap();
    }

    /// Ends the process, as Lambda does after a timeout.
    pub(super) fn kill(&self) {
        self.kill.notify_one();
    }

    pub(super) fn signal(&self, signal: Signal) {
        kill(pid(self.process), signal).unwrap();
    }

    /// The CPU time of the process.
    pub(super) fn cpu(&self) -> Duration {
        cpu_time(self.process)
    }

    /// Whether the process has stopped. A signal takes effect some time after it was sent.
    pub(super) fn is_stopped(&self) -> bool {
        status(self.process).starts_with('T')
    }

    /// The page faults of the process.
    pub(super) fn page_faults(&self) -> u64 {
        page_faults(self.process)
    }

    /// Waits for an event and hands it over.
    async fn next(self: Arc<Self>) -> Response<Bytes> {
        self.state.send_replace(State::Ready);
        loop {
            let Invocation { event, limit, taken } = self.waiting.next().await;
            let (answer, receiver) = oneshot::channel();
            let hand_over = Taken {
                instance: Arc::clone(&self),
                logged: self.log.len(),
                answer: receiver,
            };
            // The caller may have given up.
            if taken.send(hand_over).is_ok() {
                let id = fastrand::u64(..);
                let started = Instant::now();
                *self.running.lock().unwrap() = Some(Running { id, started, answer });
                return event_response(id, limit, event);
            }
        }
    }

    /// Takes the result of the event that the instance works on.
    fn finish(&self, id: &str, result: Result<Bytes, Failure>) -> StatusCode {
        let mut running = self.running.lock().unwrap();
        match running.take_if(|running| running.id.to_string() == id) {
            Some(Running { started, answer, .. }) => {
                let _ = answer.send((result, started.elapsed()));
                StatusCode::ACCEPTED
            }
            None => StatusCode::BAD_REQUEST,
        }
    }
}

impl Handler for Instance {
    fn handle(self: Arc<Self>, request: Request<Bytes>) -> BoxFuture<'static, Option<Response<Bytes>>> {
        async move {
            let path = request
                .uri()
                .path()
                .trim_start_matches("/2018-06-01/runtime/")
                .to_owned();
            let path: Vec<_> = path.split('/').collect();
            let method = request.method().clone();
            let body = request.into_body();
            let status = match (method, path.as_slice()) {
                (Method::GET, ["invocation", "next"]) => return Some(self.next().await),
                (Method::POST, ["invocation", id, "response"]) => self.finish(id, Ok(body)),
                (Method::POST, ["invocation", id, "error"]) => self.finish(id, Err(Failure::Error(body))),
                // The process ends by itself then.
                (Method::POST, ["init", "error"]) => StatusCode::ACCEPTED,
                _ => StatusCode::NOT_FOUND,
            };
            let mut response = Response::new(Bytes::new());
            *response.status_mut() = status;
            Some(response)
        }
        .boxed()
    }
}

fn event_response(id: u64, limit: Duration, event: Bytes) -> Response<Bytes> {
    let deadline = SystemTime::now() + limit;
    let deadline = deadline.duration_since(UNIX_EPOCH).unwrap().as_millis();
    Response::builder()
        .header("content-type", "application/json")
        .header("lambda-runtime-aws-request-id", id.to_string())
        .header("lambda-runtime-deadline-ms", deadline.to_string())
        .header(
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:us-east-1:123456789012:function:fake",
        )
        .body(event)
        .unwrap()
}

/// Waits for the end of a process, or ends it.
async fn supervise(instance: Arc<Instance>, mut process: Child) {
    select! {
        _ = process.wait() => {}
        () = instance.kill.notified() => process.kill().await.unwrap(),
    }
    instance.state.send_replace(State::Gone);
}

/// The CPU time that a process has used, all its threads together.
#[must_use]
pub fn cpu_time(process: u32) -> Duration {
    clock_gettime(clock_getcpuclockid(pid(process)).unwrap())
        .unwrap()
        .into()
}

/// The page faults of a process that needed no disk. See `proc_pid_stat(5)`.
#[must_use]
pub fn page_faults(process: u32) -> u64 {
    let minor_faults = status(process).split(' ').nth(7).map(str::to_owned);
    minor_faults.unwrap().parse().unwrap()
}

/// The fields of `/proc/<process>/stat` from the state on. The name before them may hold spaces.
fn status(process: u32) -> String {
    let status = fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    let (_, fields) = status.rsplit_once(") ").unwrap();
    fields.to_owned()
}

fn pid(process: u32) -> Pid {
    Pid::from_raw(process.try_into().unwrap())
}
