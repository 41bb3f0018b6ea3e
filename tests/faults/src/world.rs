//! Everything behind the functions: the table, the queues, asynchronous invocations, and what goes wrong with them.

use std::{
    collections::{BTreeMap, HashSet, VecDeque},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use platform::aws::Clients;
use serde_json::{Value, json};
use support::{
    aws::{self, Answer, Call},
    dynamodb::Engine,
};
use tokio::{
    sync::Notify,
    time::{Instant, sleep},
};

use crate::{
    Report,
    fault::{Fault, Faults, OF_TRANSACTIONS},
    history::History,
    sqs::Queue,
};

/// How often the campaign looks whether something is over.
pub(crate) const TICK: Duration = Duration::from_secs(1);
/// About what DynamoDB, SQS and Lambda take for an answer.
const LATENCY: Duration = Duration::from_millis(4);
/// Longer than any caller waits.
const TOO_LATE: Duration = Duration::from_mins(2);

/// The world of one campaign.
pub(crate) struct World {
    engine: Engine,
    pub(crate) state: Mutex<State>,
    over: AtomicBool,
}

/// What changes in it.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) faults: Faults,
    pub(crate) queue: Queue,
    /// Asynchronous invocations of count-views: the payload, and how often it has been tried.
    pub(crate) invocations: VecDeque<(String, u32)>,
    /// Invocations and batches that functions are working on.
    pub(crate) working: usize,
    pub(crate) history: History,
    table_down_until: Option<Instant>,
    queue_down_until: Option<Instant>,
    lambda_down_until: Option<Instant>,
}

/// A process of a function.
#[derive(Debug, Default)]
pub(crate) struct Process {
    /// Its end: whoever runs it drops it there and then.
    pub(crate) kill: Notify,
    /// The markers of the views that it was told are counted.
    pub(crate) counted: Mutex<HashSet<String>>,
}

impl World {
    pub(crate) fn new() -> Self {
        Self {
            engine: Engine::for_reporting(),
            state: Mutex::default(),
            over: AtomicBool::new(false),
        }
    }

    /// The AWS that one process sees.
    pub(crate) fn aws(self: &Arc<Self>, process: &Arc<Process>) -> Clients {
        let (world, process) = (Arc::clone(self), Arc::clone(process));
        aws::answering(move |call| world.answer(call, &process))
    }

    pub(crate) fn stop(&self) {
        self.over.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }

    fn answer(&self, call: &Call, process: &Process) -> Answer {
        match call.operation() {
            "TransactWriteItems" => self.transact(call, process),
            "SendMessage" => self.send(call),
            "SendMessageBatch" => self.send_poison(call),
            "Invoke" => self.invoke(call),
            _ => self.engine.answer(call).after(LATENCY),
        }
    }

    fn transact(&self, call: &Call, process: &Process) -> Answer {
        let Some(fault) = self.fault_of_transaction() else {
            let answer = self.engine.answer(call);
            if answer.response.as_ref().is_some_and(|(status, _)| *status == 200) {
                process.counted.lock().unwrap().extend(markers(call));
            }
            return answer.after(LATENCY);
        };
        let dies = || {
            process.kill.notify_one();
            Answer::lost().after(TOO_LATE)
        };
        match fault {
            Fault::TableDown | Fault::Throttled => error(400, "ThrottlingException"),
            Fault::TransactionConflict => cancelled(call, "TransactionConflict"),
            Fault::ItemThrottled => cancelled(call, "ThrottlingError"),
            Fault::ServerError => error(500, "InternalServerError"),
            Fault::ConnectionBroken => Answer::lost(),
            Fault::AnswerLost => {
                drop(self.engine.answer(call));
                Answer::lost()
            }
            Fault::AnswerLate => self.engine.answer(call).after(TOO_LATE),
            Fault::KilledBefore => dies(),
            Fault::KilledInside => {
                let (engine, call) = (self.engine.clone(), call.clone());
                tokio::spawn(async move {
                    sleep(LATENCY).await;
                    drop(engine.answer(&call));
                });
                dies()
            }
            Fault::KilledAfter => {
                drop(self.engine.answer(call));
                dies()
            }
            other => unreachable!("{other:?} is no fault of a transaction"),
        }
    }

    fn fault_of_transaction(&self) -> Option<Fault> {
        let mut state = self.state.lock().unwrap();
        if is_down(&mut state.table_down_until) {
            return Some(Fault::TableDown);
        }
        if state.faults.draw(&[Fault::TableDown], 0.003).is_some() {
            state.table_down_until = Some(Instant::now() + Duration::from_mins(1));
        }
        state.faults.draw(OF_TRANSACTIONS, 0.1)
    }

    fn send(&self, call: &Call) -> Answer {
        let message: Value = serde_json::from_str(&call.body).unwrap();
        let body = message["MessageBody"].as_str().unwrap().to_owned();
        let sent = Answer::now(200, r#"{"MessageId":"1"}"#).after(LATENCY);
        let mut state = self.state.lock().unwrap();
        if is_down(&mut state.queue_down_until) {
            return error(500, "InternalError");
        }
        if state.faults.draw(&[Fault::QueueDown], 0.001).is_some() {
            state.queue_down_until = Some(Instant::now() + Duration::from_secs(1));
        }
        state.queue.send(body);
        match state.faults.draw(&[Fault::SendAnswerLost], 0.02) {
            Some(_) => Answer::lost(),
            None => sent,
        }
    }

    /// Takes a batch of poison messages.
    fn send_poison(&self, call: &Call) -> Answer {
        let request: Value = serde_json::from_str(&call.body).unwrap();
        let mut state = self.state.lock().unwrap();
        let mut successful = Vec::new();
        for entry in request["Entries"].as_array().unwrap() {
            let reason = entry["MessageAttributes"]["reason"]["StringValue"].as_str().unwrap();
            let body = entry["MessageBody"].as_str().unwrap();
            state.queue.park(body.to_owned(), reason.to_owned());
            successful.push(json!({"Id": entry["Id"], "MessageId": "1", "MD5OfMessageBody": "1"}));
        }
        Answer::now(200, json!({"Successful": successful, "Failed": []}).to_string()).after(LATENCY)
    }

    fn invoke(&self, call: &Call) -> Answer {
        let reply = |body: &Value| json!({"statusCode": 200, "body": body.to_string(), "isBase64Encoded": false, "cookies": []});
        let answered = |body: &Value| Answer::now(200, reply(body).to_string()).after(LATENCY);
        match call.function().unwrap() {
            "content" => answered(&json!({"title": "It", "genre": "horror", "summary": "S"})),
            "url" => answered(&json!({"url": "it.mp4"})),
            "views" => answered(&json!({"userviews": 0, "assetviews": 0})),
            _ => self.invoke_count_views(call),
        }
    }

    fn invoke_count_views(&self, call: &Call) -> Answer {
        let mut state = self.state.lock().unwrap();
        if is_down(&mut state.lambda_down_until) {
            return error(500, "ServiceException");
        }
        if state.faults.draw(&[Fault::LambdaDown], 0.05).is_some() {
            state.lambda_down_until = Some(Instant::now() + Duration::from_secs(1));
        }
        state.invocations.push_back((call.body.clone(), 0));
        Answer::now(202, "").after(LATENCY)
    }

    /// Lets all queues run empty; an operator recovers and redrives meanwhile. How many views were recovered.
    pub(crate) async fn settle(&self, take_log: impl Fn() -> String) -> u64 {
        let mut recovered = 0;
        loop {
            while !self.is_idle() {
                sleep(TICK).await;
            }
            let views: Vec<_> = ops::recover::views(&take_log()).collect();
            let mut state = self.state.lock().unwrap();
            for view in &views {
                // Twice, as by an operator who is not sure.
                let event = serde_json::to_string(view).unwrap();
                state.queue.send(event.clone());
                state.queue.send(event);
            }
            recovered += views.len() as u64;
            if views.is_empty() && state.queue.redrive() == 0 {
                return recovered;
            }
        }
    }

    fn is_idle(&self) -> bool {
        let state = self.state.lock().unwrap();
        state.queue.is_empty() && state.invocations.is_empty() && state.working == 0
    }

    pub(crate) fn report(&self, recovered: u64) -> Report {
        let state = self.state.lock().unwrap();
        let differences = state.history.differences(&self.counters());
        let sum = |of: fn(u64, u64) -> u64| {
            let assets = differences.iter().filter(|d| d.counter.starts_with("asset#"));
            assets.map(|d| of(d.played, d.counted)).sum()
        };
        let with_reason = state.queue.parked().iter().filter(|(_, reason)| !reason.is_empty());
        let with_reason: HashSet<_> = with_reason.map(|(body, _)| body).collect();
        let hopeless = &state.history.hopeless;
        let parked = hopeless.iter().filter(|body| with_reason.contains(body)).count();
        Report {
            events: state.history.events,
            duplicates: state.history.duplicates,
            faults: state.faults.by_kind(),
            recovered,
            parked: parked as u64,
            lost: sum(u64::saturating_sub) + (hopeless.len() - parked) as u64,
            doubled: sum(|played, counted| counted.saturating_sub(played)),
            needless: state.history.needless,
            differences,
        }
    }

    /// The counters in the table, read behind the functions' back.
    fn counters(&self) -> BTreeMap<String, u64> {
        let mut counters = BTreeMap::new();
        for (table, kind) in [("user-counters", "user"), ("asset-counters", "asset")] {
            for item in self.engine.items_of(table) {
                let name = format!("{kind}#{}", item["id"]["S"].as_str().unwrap());
                *counters.entry(name).or_default() += item["views"]["N"].as_str().unwrap().parse::<u64>().unwrap();
            }
        }
        counters
    }
}

/// The keys of the markers that a transaction writes.
fn markers(call: &Call) -> Vec<String> {
    let request: Value = serde_json::from_str(&call.body).unwrap();
    let items = request["TransactItems"].as_array().unwrap();
    let keys = items.iter().filter_map(|item| item["Put"]["Item"]["id"]["S"].as_str());
    keys.map(str::to_owned).collect()
}

fn is_down(until: &mut Option<Instant>) -> bool {
    *until = until.filter(|until| Instant::now() < *until);
    until.is_some()
}

fn error(http_status: u16, kind: &str) -> Answer {
    Answer::now(http_status, json!({"__type": kind, "message": "injected"}).to_string()).after(LATENCY)
}

/// A cancelled transaction: one item of it, chosen at random, has this reason.
fn cancelled(call: &Call, code: &str) -> Answer {
    let request: Value = serde_json::from_str(&call.body).unwrap();
    let items = request["TransactItems"].as_array().unwrap().len();
    let culprit = fastrand::usize(..items);
    let reason = |n| json!({"Code": if n == culprit { code } else { "None" }});
    let body = json!({
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "Message": "injected",
        "CancellationReasons": (0..items).map(reason).collect::<Vec<_>>(),
    });
    Answer::now(400, body.to_string()).after(LATENCY)
}
