//! The world of a play test: a handler with scripted backends, a queue and a captured log.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
    time::Duration,
};

use domain::View;
use fake_aws::{Answer, Call, answering, backends, requests::sample};
use lambda_http::Request;
use platform::http::{Error, Reply};
use play::{Cache, Dependencies, Names, Viewers, play};
use serde_json::Value;
use tracing::subscriber::DefaultGuard;

pub(crate) struct World {
    pub(crate) dependencies: Dependencies,
    calls: Arc<Mutex<Vec<Call>>>,
}

impl World {
    pub(crate) fn new(answer: impl Fn(&str) -> Answer + Send + Sync + 'static) -> Self {
        Self::with_cache(Duration::ZERO, answer)
    }

    pub(crate) fn with_cache(life: Duration, answer: impl Fn(&str) -> Answer + Send + Sync + 'static) -> Self {
        let calls = Arc::default();
        let seen: Arc<Mutex<Vec<Call>>> = Arc::clone(&calls);
        let clients = answering(move |call| {
            seen.lock().unwrap().push(call.clone());
            answer(&target(call))
        });
        let names = Names {
            get_content: "get-content".to_owned(),
            get_url: "get-url".to_owned(),
            get_views: "get-views".to_owned(),
            count_views: "count-views".to_owned(),
            queue_url: "https://sqs.us-east-1.amazonaws.com/1/events".to_owned(),
        };
        let dependencies = Dependencies::new(&clients, names, Viewers::Anyone, Cache::new(life));
        Self { dependencies, calls }
    }

    pub(crate) async fn play(&self) -> Result<Reply, Error> {
        self.answer(sample("play")).await
    }

    pub(crate) async fn answer(&self, request: Request) -> Result<Reply, Error> {
        Box::pin(play(&self.dependencies, request)).await
    }

    /// The targets called since the last time, sorted.
    pub(crate) fn called(&self) -> Vec<String> {
        let calls: Vec<_> = self.calls.lock().unwrap().drain(..).collect();
        let mut targets: Vec<_> = calls.iter().map(target).collect();
        targets.sort();
        targets
    }

    /// The events that reached a target.
    pub(crate) fn events(&self, at: &str) -> Vec<Value> {
        let calls = self.calls.lock().unwrap();
        let of = |call: &Call| serde_json::from_str::<Value>(&call.body).unwrap();
        calls.iter().filter(|call| target(call) == at).map(of).collect()
    }

    /// The views sent to the queue.
    pub(crate) fn queued(&self) -> Vec<Value> {
        let view = |sent: &Value| serde_json::from_str(sent["MessageBody"].as_str().unwrap()).unwrap();
        self.events("queue").iter().map(view).collect()
    }
}

/// The function invoked, or "queue".
fn target(call: &Call) -> String {
    call.function().unwrap_or_else(|| "queue".to_owned())
}

/// Every dependency answers.
pub(crate) fn well(target: &str) -> Answer {
    match target {
        "queue" => Answer::now(200, r#"{"MessageId":"1"}"#),
        "count-views" => Answer::now(202, ""),
        function => backends::reply(function).unwrap(),
    }
}

/// The log of a test's thread.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// A log of everything until the guard is dropped.
    pub(crate) fn start() -> (Self, DefaultGuard) {
        let log = Self::default();
        let writer = log.clone();
        let lines = tracing_subscriber::fmt().json().with_writer(move || writer.clone());
        (log, tracing::subscriber::set_default(lines.finish()))
    }

    /// The views in lines of level ERROR.
    pub(crate) fn views(&self) -> Vec<View> {
        let bytes = self.0.lock().unwrap().clone();
        let lines = String::from_utf8(bytes).unwrap();
        let lines = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let errors = lines.filter(|line| line["level"] == "ERROR");
        let view = |line: Value| serde_json::from_str(line["fields"]["event"].as_str()?).ok();
        errors.filter_map(view).collect()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
