//! The in-process DynamoDB with a meter: it adds a round trip's time to each request, and sums up the capacity used.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use aws_sdk_dynamodb::Client;
use serde_json::{Value, json};
use support::{
    aws::{self, Answer, Call},
    dynamodb::Engine,
};

/// An engine, and what was asked of it.
#[derive(Clone)]
pub struct Metered {
    engine: Engine,
    round_trip: Duration,
    used: Arc<Mutex<Used>>,
}

/// What was asked of an engine.
#[derive(Debug, Clone, Copy, Default)]
pub struct Used {
    /// Write units.
    pub writes: f64,
    /// Read units.
    pub reads: f64,
    /// Requests.
    pub requests: u64,
}

impl Metered {
    /// A new engine with the reporting tables, whose every answer takes `round_trip` longer.
    #[must_use]
    pub fn new(round_trip: Duration) -> Self {
        Self::of(Engine::for_reporting(), round_trip)
    }

    /// A meter for `engine`.
    #[must_use]
    pub fn of(engine: Engine, round_trip: Duration) -> Self {
        Self {
            engine,
            round_trip,
            used: Arc::default(),
        }
    }

    /// A client of the engine.
    #[must_use]
    pub fn client(&self) -> Client {
        let metered = self.clone();
        aws::answering(move |call| metered.answer(call)).dynamodb()
    }

    /// What was used since the last time.
    #[must_use]
    pub fn take(&self) -> Used {
        std::mem::take(&mut self.used.lock().unwrap())
    }

    /// The engine's answer, metered.
    #[must_use]
    pub fn answer(&self, call: &Call) -> Answer {
        let mut request: Value = serde_json::from_str(&call.body).unwrap();
        request["ReturnConsumedCapacity"] = json!("TOTAL");
        let call = Call {
            body: request.to_string(),
            ..call.clone()
        };
        let answer = self.engine.answer(&call);
        let (_, body) = answer.response.as_ref().unwrap();
        let response: Value = serde_json::from_str(body).unwrap();
        let mut used = self.used.lock().unwrap();
        used.requests += 1;
        *match call.operation() {
            "GetItem" | "Query" | "Scan" => &mut used.reads,
            _ => &mut used.writes,
        } += units(&response["ConsumedCapacity"]);
        answer.after(self.round_trip)
    }
}

/// A transaction's capacity is a list, one a table.
fn units(consumed: &Value) -> f64 {
    match consumed {
        Value::Array(tables) => tables.iter().map(units).sum(),
        one => one["CapacityUnits"].as_f64().unwrap_or(0.0),
    }
}
