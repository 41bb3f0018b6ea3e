//! A function: its instances take turns at the events.

use std::{
    fmt,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use hyper::body::Bytes;
use nix::sys::signal::Signal;
use serde_json::{Value, json};
use tokio::{
    select,
    sync::{mpsc, oneshot},
    time::sleep,
};

use super::{
    Bootstrap, Log,
    instance::{Instance, Invocation, State, Taken},
};
use crate::server::Server;

/// A function on the host. Its processes end when it is dropped.
pub struct Function {
    bootstrap: Bootstrap,
    events: mpsc::UnboundedSender<Invocation>,
    waiting: Arc<Waiting>,
    instances: Mutex<Vec<(Arc<Instance>, Server)>>,
    invocations: AtomicU64,
    nanoseconds: AtomicU64,
}

/// The events that wait for an instance.
pub(super) struct Waiting(tokio::sync::Mutex<mpsc::UnboundedReceiver<Invocation>>);

/// The end of one invocation.
#[derive(Debug)]
pub struct Outcome {
    pub answer: Result<Bytes, Failure>,
    /// The time from the hand-over of the event to the answer.
    pub took: Duration,
    /// The log that the instance wrote meanwhile.
    pub log: Log,
}

/// An invocation without an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The function reported this error.
    Error(Bytes),
    /// The function was at work when its time was over.
    TimedOut,
    /// The process ended.
    Crashed,
}

/// The cost of a start.
#[derive(Debug, Clone, Copy)]
pub struct Start {
    /// The time since the process was created.
    pub wall: Duration,
    /// The CPU time of the process in that time.
    pub cpu: Duration,
    /// The page faults of the process in that time.
    pub faults: u64,
}

/// The work of a function, all its living instances together.
#[derive(Debug, Clone, Copy, Default)]
pub struct Usage {
    /// Events answered.
    pub invocations: u64,
    /// The time from each event's hand-over to its answer, added up: Lambda bills this.
    pub duration: Duration,
    /// The CPU time of the processes.
    pub cpu: Duration,
    /// Bytes written to the log.
    pub logged: u64,
}

impl Function {
    /// A function without instances.
    #[must_use]
    pub fn new(bootstrap: Bootstrap) -> Self {
        let (events, waiting) = mpsc::unbounded_channel();
        Self {
            bootstrap,
            events,
            waiting: Arc::new(Waiting(tokio::sync::Mutex::new(waiting))),
            instances: Mutex::default(),
            invocations: AtomicU64::default(),
            nanoseconds: AtomicU64::default(),
        }
    }

    /// Starts more instances.
    pub fn scale_out(&self, instances: usize) {
        let start = || Instance::start(&self.bootstrap, Arc::clone(&self.waiting));
        self.instances.lock().unwrap().extend((0..instances).map(|_| start()));
    }

    /// Waits until each instance has asked for an event, or has ended.
    pub async fn ready(&self) {
        let instances = self.living();
        join_all(instances.iter().map(|instance| instance.reach(State::Ready))).await;
    }

    /// Has an instance answer `event` within the function's timeout. Starts one if there is none.
    pub async fn invoke(&self, event: Bytes) -> Outcome {
        self.invoke_within(event, self.bootstrap.timeout).await
    }

    /// Has an instance answer `event` within `limit`. Starts one if there is none.
    pub async fn invoke_within(&self, event: Bytes, limit: Duration) -> Outcome {
        if self.living().is_empty() {
            self.scale_out(1);
        }
        let (taken, hand_over) = oneshot::channel();
        let invocation = Invocation { event, limit, taken };
        assert!(self.events.send(invocation).is_ok());
        select! {
            biased;
            taken = hand_over => self.finish(taken.unwrap(), limit).await,
            log = self.all_gone() => Outcome { answer: Err(Failure::Crashed), took: Duration::ZERO, log },
        }
    }

    /// The time from the start of an instance to its answer to `event`, and the answer.
    pub async fn cold_start(&self, event: Bytes) -> (Start, Outcome) {
        let started = Instant::now();
        self.scale_out(1);
        let outcome = self.invoke(event).await;
        let (wall, cpu) = (started.elapsed(), self.usage().cpu);
        let faults = self.living().iter().map(|instance| instance.page_faults()).sum();
        (Start { wall, cpu, faults }, outcome)
    }

    /// Freezes the instances, as Lambda does between two events, and waits until they have stopped.
    pub async fn freeze(&self) {
        self.signal(Signal::SIGSTOP);
        for instance in self.living() {
            while !instance.is_stopped() {
                sleep(Duration::from_millis(1)).await;
            }
        }
    }

    /// Lets frozen instances go on.
    pub fn thaw(&self) {
        self.signal(Signal::SIGCONT);
    }

    /// Ends all instances.
    pub async fn stop(&self) {
        let instances = self.living();
        for instance in &instances {
            instance.kill();
        }
        join_all(instances.iter().map(|instance| instance.reach(State::Gone))).await;
    }

    /// Ends all instances in such a way that a tool around them can write its report.
    pub async fn terminate(&self) {
        let instances = self.living();
        self.signal(Signal::SIGTERM);
        join_all(instances.iter().map(|instance| instance.reach(State::Gone))).await;
    }

    /// The whole log of the living instances.
    #[must_use]
    pub fn log(&self) -> String {
        self.living()
            .iter()
            .map(|instance| instance.log.since(0).text())
            .collect()
    }

    /// The work up to now.
    #[must_use]
    pub fn usage(&self) -> Usage {
        let instances = self.living();
        Usage {
            invocations: self.invocations.load(Ordering::Relaxed),
            duration: Duration::from_nanos(self.nanoseconds.load(Ordering::Relaxed)),
            cpu: instances.iter().map(|instance| instance.cpu()).sum(),
            logged: instances.iter().map(|instance| instance.log.len()).sum(),
        }
    }

    async fn finish(&self, taken: Taken, limit: Duration) -> Outcome {
        let Taken {
            instance,
            logged,
            answer,
        } = taken;
        let started = Instant::now();
        let (answer, took) = select! {
            biased;
            answered = answer => answered.unwrap(),
            () = instance.reach(State::Gone) => (Err(Failure::Crashed), started.elapsed()),
            () = sleep(limit) => {
                instance.kill();
                instance.reach(State::Gone).await;
                (Err(Failure::TimedOut), limit)
            }
        };
        self.invocations.fetch_add(1, Ordering::Relaxed);
        self.nanoseconds
            .fetch_add(took.as_nanos().try_into().unwrap(), Ordering::Relaxed);
        let log = instance.log.since(logged);
        Outcome { answer, took, log }
    }

    /// Waits until no instance is left, and returns the log of the last one.
    async fn all_gone(&self) -> Log {
        let instances: Vec<_> = self.living();
        join_all(instances.iter().map(|instance| instance.reach(State::Gone))).await;
        instances
            .last()
            .map_or_else(Log::create, |instance| instance.log.since(0))
    }

    /// Forgets the instances that have ended and returns the others.
    fn living(&self) -> Vec<Arc<Instance>> {
        let mut instances = self.instances.lock().unwrap();
        instances.retain(|(instance, _)| instance.state() != State::Gone);
        instances.iter().map(|(instance, _)| Arc::clone(instance)).collect()
    }

    fn signal(&self, signal: Signal) {
        for instance in self.living() {
            instance.signal(signal);
        }
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        for instance in self.living() {
            instance.kill();
        }
    }
}

impl Waiting {
    pub(super) async fn next(&self) -> Invocation {
        self.0.lock().await.recv().await.unwrap()
    }
}

impl Outcome {
    /// The answer as JSON.
    ///
    /// # Panics
    /// With the log when there is no answer.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes()).unwrap()
    }

    /// The answer.
    ///
    /// # Panics
    /// With the log when there is none.
    #[must_use]
    pub fn bytes(&self) -> Bytes {
        let answer = self.answer.clone();
        answer.unwrap_or_else(|failure| panic!("no answer: {failure}\n{}", self.log.text()))
    }
}

impl fmt::Display for Failure {
    /// Writes the error as Lambda reports it to a caller.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let error = |kind| json!({"errorType": kind, "errorMessage": "the invocation has no answer"});
        match self {
            Self::Error(error) => f.write_str(&String::from_utf8_lossy(error)),
            Self::TimedOut => write!(f, "{}", error("Sandbox.Timedout")),
            Self::Crashed => write!(f, "{}", error("Runtime.ExitError")),
        }
    }
}

impl Usage {
    /// The work since `earlier`.
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
