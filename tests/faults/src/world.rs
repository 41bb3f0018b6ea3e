//! The world behind the functions: tables, queues, asynchronous invocations, and their faults.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use fake_aws::{
    Answer, Behaviour, Call, Engine, Lambda, MAX_RECEIVES, Queue, Redrive, Service, Sqs, backends, connector,
};
use platform::aws::Clients;
use tokio::time::sleep;

use crate::{
    fault::{Fault, Faults},
    history::History,
    outage::Outages,
    process::{Process, Seen},
};

/// The pause between two looks at whether something is over.
pub(crate) const TICK: Duration = Duration::from_secs(1);
/// About the time that DynamoDB, SQS and Lambda take to answer.
pub(crate) const LATENCY: Duration = Duration::from_millis(4);

pub(crate) const EVENTS_URL: &str = "https://sqs.us-east-1.amazonaws.com/1/events";
pub(crate) const POISON_URL: &str = "https://sqs.us-east-1.amazonaws.com/1/poison";

/// The world of one campaign.
pub(crate) struct World {
    pub(crate) engine: Engine,
    pub(crate) events: Arc<Queue>,
    pub(crate) dead_letters: Arc<Queue>,
    pub(crate) poison: Arc<Queue>,
    pub(crate) lambda: Lambda,
    pub(crate) state: Mutex<State>,
    sqs: Sqs,
    region: String,
    /// A clone for each batch and invocation that a function works on.
    working: Arc<()>,
    over: AtomicBool,
}

/// The part of the world that changes.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) faults: Faults,
    pub(crate) outages: Outages,
    pub(crate) history: History,
}

impl World {
    pub(crate) fn new() -> Self {
        let dead_letters = Arc::new(Queue::default());
        let events = Arc::new(Queue::with_redrive(Redrive {
            max_receives: MAX_RECEIVES,
            dead_letters: Arc::clone(&dead_letters),
        }));
        let poison = Arc::new(Queue::default());
        let sqs = Sqs::default()
            .with_queue("events", Arc::clone(&events))
            .with_queue("poison", Arc::clone(&poison));
        let lambda = Lambda::default();
        for function in ["get-content", "get-url", "get-views"] {
            lambda.deploy(function, Arc::new(|_: &Call| backends::reply(function).unwrap()));
        }
        lambda.deploy(
            "count-views",
            Arc::new(|_: &Call| unreachable!("it is invoked asynchronously")),
        );
        Self {
            engine: Engine::for_reporting(),
            events,
            dead_letters,
            poison,
            lambda,
            state: Mutex::default(),
            sqs,
            region: connector::new_region(),
            working: Arc::default(),
            over: AtomicBool::new(false),
        }
    }

    /// The clients of one process.
    pub(crate) fn clients(self: &Arc<Self>, process: &Arc<Process>) -> Clients {
        let (world, process) = (Arc::clone(self), Arc::clone(process));
        self.clients_of(Arc::new(Seen { world, process }))
    }

    /// The clients of one process that sees `service` as its AWS.
    pub(crate) fn clients_of(&self, service: Arc<dyn Service>) -> Clients {
        connector::clients_in(self.region.clone(), service)
    }

    /// Keeps the world from being idle until it is dropped.
    pub(crate) fn work(&self) -> Arc<()> {
        Arc::clone(&self.working)
    }

    pub(crate) fn is_idle(&self) -> bool {
        self.events.is_empty() && self.lambda.asynchronous.is_empty() && Arc::strong_count(&self.working) == 1
    }

    pub(crate) async fn until_idle(&self) {
        while !self.is_idle() {
            sleep(TICK).await;
        }
    }

    pub(crate) fn stop(&self) {
        self.over.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }

    /// Carries out a transaction. Notes the views in a counter that it deletes.
    pub(crate) fn commit(&self, call: &Call) -> Answer {
        let request = call.json();
        let items = request["TransactItems"].as_array().unwrap();
        let user = items.iter().find_map(|item| item["Delete"]["Key"]["id"]["S"].as_str());
        let held = user.map_or(0, |user| self.views_of(user));
        let answer = self.engine.carry_out(call);
        if let (Some(user), true) = (user, answer.is_success()) {
            let mut state = self.state.lock().unwrap();
            state.history.forgotten.push((user.to_owned(), held));
        }
        answer
    }

    /// The views in a user's counter.
    fn views_of(&self, user: &str) -> u64 {
        let counters = self.engine.items_of("user-counters");
        let counter = counters.iter().find(|item| item["id"]["S"] == user);
        counter.map_or(0, |counter| counter["views"]["N"].as_str().unwrap().parse().unwrap())
    }

    /// Answers a call that is not a transaction.
    pub(crate) async fn answer(&self, call: Call) -> Answer {
        let behaviour = self.behaviour(&call);
        let carry_out = async {
            let answer = match call.service.as_str() {
                "dynamodb" => self.engine.carry_out(&call),
                "sqs" => self.sqs.carry_out(&call),
                _ => self.lambda.answer(call).await,
            };
            answer.after(LATENCY)
        };
        behaviour.apply(carry_out).await
    }

    fn behaviour(&self, call: &Call) -> Behaviour {
        let mut state = self.state.lock().unwrap();
        if call.resources().contains("events") {
            queue_fault(&mut state)
        } else if call.asynchronous {
            invocation_fault(&mut state)
        } else {
            Behaviour::Answer
        }
    }
}

fn queue_fault(state: &mut State) -> Behaviour {
    if state.outages.queue.is_on() {
        return down();
    }
    if state.faults.draw(&[Fault::QueueDown], 0.002).is_some() {
        state.outages.queue.start(Duration::from_secs(1));
    }
    match state.faults.draw(&[Fault::SendAnswerLost, Fault::SendHangs], 0.03) {
        Some(Fault::SendHangs) => Behaviour::hang(),
        Some(_) => Behaviour::reset_after(),
        None => Behaviour::Answer,
    }
}

fn invocation_fault(state: &mut State) -> Behaviour {
    if state.outages.lambda.is_on() {
        return down();
    }
    if state.faults.draw(&[Fault::LambdaDown], 0.1).is_some() {
        state.outages.lambda.start(Duration::from_secs(1));
    }
    match state.faults.draw(&[Fault::InvocationHangs], 0.15) {
        Some(_) => Behaviour::hang(),
        None => Behaviour::Answer,
    }
}

fn down() -> Behaviour {
    Behaviour::Instead(Answer::error(500, "InternalError").after(LATENCY))
}
