//! DynamoDB with a meter for the capacity that is consumed.

use std::{
    mem::take,
    sync::{Arc, Mutex},
};

use futures_util::{FutureExt, future::BoxFuture};
use serde_json::{Value, json};

use crate::{Answer, Call, Engine, Service};

/// An engine and its meter. Clones share both.
#[derive(Clone)]
pub struct Metered {
    pub engine: Engine,
    used: Arc<Mutex<Capacity>>,
}

/// The capacity that requests have consumed.
#[derive(Debug, Clone, Copy, Default)]
pub struct Capacity {
    /// Write units.
    pub writes: f64,
    /// Read units.
    pub reads: f64,
    pub requests: u64,
}

impl Metered {
    #[must_use]
    pub fn new(engine: Engine) -> Self {
        Self {
            engine,
            used: Arc::default(),
        }
    }

    /// Reads the meter and sets it to zero.
    #[must_use]
    pub fn take(&self) -> Capacity {
        take(&mut self.used.lock().unwrap())
    }

    /// Carries out a call.
    #[must_use]
    pub fn carry_out(&self, call: &Call) -> Answer {
        let mut request = call.json();
        request["ReturnConsumedCapacity"] = json!("TOTAL");
        let body = request.to_string();
        let answer = self.engine.carry_out(&Call { body, ..call.clone() });
        let response: Value = serde_json::from_str(answer.response().unwrap().body()).unwrap();
        let mut used = self.used.lock().unwrap();
        used.requests += 1;
        used.writes += cancelled(&response);
        let units = units(&response["ConsumedCapacity"]);
        match call.action.as_str() {
            "BatchGetItem" | "GetItem" | "Query" | "Scan" => used.reads += units,
            _ => used.writes += units,
        }
        answer
    }
}

impl Service for Metered {
    fn answer(&self, call: Call) -> BoxFuture<'_, Answer> {
        async move { self.carry_out(&call) }.boxed()
    }
}

/// The write units of a cancelled transaction, which DynamoDB charges for and whose answer doesn't name them: two per item,
/// because no item here is larger than 1 KB.
#[expect(clippy::cast_precision_loss, reason = "a transaction has at most 100 items")]
fn cancelled(response: &Value) -> f64 {
    let reasons = response["CancellationReasons"].as_array();
    reasons.map_or(0.0, |reasons| 2.0 * reasons.len() as f64)
}

/// The capacity of a transaction is a list, one entry per table.
fn units(consumed: &Value) -> f64 {
    match consumed {
        Value::Array(tables) => tables.iter().map(units).sum(),
        one => one["CapacityUnits"].as_f64().unwrap_or(0.0),
    }
}
