//! A DynamoDB engine in the test's own process, which answers the SDK's requests.

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use dynoxide::{Database, DynoxideError, storage_backend};
use platform::aws::Clients;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::aws::{self, Answer, Call};

/// The name of the one table of a test's engine.
pub const TABLE: &str = "table";

/// The reporting service's tables in an engine, with their keys.
pub const REPORTING_TABLES: [(&str, &[&str]); 3] = [
    ("markers", &["id"]),
    ("user-counters", &["id"]),
    ("asset-counters", &["id", "shard"]),
];

/// An engine, in a test with one table, [`TABLE`].
#[derive(Clone)]
pub struct Engine(Database);

impl Engine {
    /// A new engine; its table has string keys of these names: partition key, then sort key where there is one.
    #[must_use]
    pub fn with_table(keys: &[&str]) -> Self {
        let engine = Self(Database::memory_with_clock(Arc::new(Clock::start())).unwrap());
        engine.create_table(TABLE, keys);
        engine
    }

    /// An engine without tables that keeps what it holds in a file; a commit is on the disk before it is answered.
    #[must_use]
    pub fn in_file(path: &Path) -> Self {
        Self(Database::new(path.to_str().unwrap()).unwrap())
    }

    /// The engine of the reporting service's tests, with the tables of [`REPORTING_TABLES`].
    #[must_use]
    pub fn for_reporting() -> Self {
        let engine = Self(Database::memory_with_clock(Arc::new(Clock::start())).unwrap());
        for (table, keys) in REPORTING_TABLES {
            engine.create_table(table, keys);
        }
        engine
    }

    /// Makes another table, with keys of these names: `shard` is a number, all others are strings.
    pub fn create_table(&self, name: &str, keys: &[&str]) {
        let key = |(name, kind)| json!({"AttributeName": name, "KeyType": kind});
        let kind = |name: &str| if name == "shard" { "N" } else { "S" };
        let attribute = |name: &&str| json!({"AttributeName": name, "AttributeType": kind(name)});
        let table = json!({
            "TableName": name,
            "BillingMode": "PAY_PER_REQUEST",
            "KeySchema": keys.iter().zip(["HASH", "RANGE"]).map(key).collect::<Vec<_>>(),
            "AttributeDefinitions": keys.iter().map(attribute).collect::<Vec<_>>(),
        });
        run(&table.to_string(), |request| self.0.create_table(request)).unwrap();
    }

    /// Clients of the engine.
    #[must_use]
    pub fn aws(&self) -> Clients {
        let engine = self.clone();
        aws::answering(move |call| engine.answer(call))
    }

    /// Every item of [`TABLE`], as DynamoDB JSON.
    #[must_use]
    pub fn items(&self) -> Vec<Value> {
        self.items_of(TABLE)
    }

    /// Every item of a table, as DynamoDB JSON.
    #[must_use]
    pub fn items_of(&self, table: &str) -> Vec<Value> {
        let (mut items, mut from) = (Vec::new(), Value::Null);
        loop {
            let mut request = json!({"TableName": table});
            if !from.is_null() {
                request["ExclusiveStartKey"] = from;
            }
            let mut page = run(&request.to_string(), |request| self.0.scan(request)).unwrap();
            items.append(page["Items"].as_array_mut().unwrap());
            from = page["LastEvaluatedKey"].take();
            if from.is_null() {
                return items;
            }
        }
    }

    /// The engine's answer to a request.
    #[must_use]
    pub fn answer(&self, call: &Call) -> Answer {
        let (db, body) = (&self.0, &call.body);
        let result = match call.operation() {
            "GetItem" => run(body, |request| db.get_item(request)),
            "PutItem" => run(body, |request| db.put_item(request)),
            "UpdateItem" => run(body, |request| db.update_item(request)),
            "Query" => run(body, |request| db.query(request)),
            "Scan" => run(body, |request| db.scan(request)),
            "TransactWriteItems" => run(body, |request| db.transact_write_items(request)),
            other => panic!("the engine is not wired for {other}"),
        };
        match result {
            Ok(response) => Answer::now(200, response.to_string()),
            Err(error) => Answer::now(error.status_code(), error.to_json()),
        }
    }
}

fn run<Request: DeserializeOwned, Response: Serialize>(
    body: &str,
    operation: impl FnOnce(Request) -> Result<Response, DynoxideError>,
) -> Result<Value, DynoxideError> {
    let request = serde_json::from_str(body).unwrap();
    operation(request).map(|response| serde_json::to_value(response).unwrap())
}

/// The engine's clock goes with tokio's, so that a test can let hours pass.
struct Clock {
    epoch: Duration,
    start: Instant,
}

impl Clock {
    fn start() -> Self {
        Self {
            epoch: SystemTime::now().duration_since(UNIX_EPOCH).unwrap(),
            start: Instant::now(),
        }
    }

    fn now(&self) -> Duration {
        self.epoch + self.start.elapsed()
    }
}

impl storage_backend::Clock for Clock {
    fn now_unix_secs(&self) -> u64 {
        self.now().as_secs()
    }

    fn now_unix_secs_f64(&self) -> f64 {
        self.now().as_secs_f64()
    }
}
