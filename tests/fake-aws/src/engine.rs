//! DynamoDB: an engine in this process that answers the SDK's requests.

use std::{
    future::ready,
    path::Path,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use dynoxide::{Database, DynoxideError, storage_backend};
use futures_util::{FutureExt, future::BoxFuture};
use platform::aws::Clients;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::{Answer, Call, Service, connector};

/// The table of a test that needs only one.
pub const TABLE: &str = "table";

/// The reporting service's tables with their keys, as in the template.
pub(crate) const REPORTING_TABLES: [(&str, &[&str]); 4] = [
    ("markers", &["id"]),
    ("user-counters", &["id"]),
    ("asset-counters", &["id", "shard"]),
    ("rankings", &["id"]),
];

/// A DynamoDB engine. Clones share the tables.
#[derive(Clone)]
pub struct Engine {
    database: Database,
    /// Whether each page of a scan has one item.
    short_pages: bool,
}

impl Engine {
    /// A new engine in memory without tables.
    #[must_use]
    pub fn in_memory() -> Self {
        Database::memory_with_clock(Arc::new(Clock::start())).unwrap().into()
    }

    /// A new engine in memory with one table, [`TABLE`].
    #[must_use]
    pub fn with_table(keys: &[&str]) -> Self {
        Self::with_tables(&[(TABLE, keys)])
    }

    /// A new engine in memory with these tables: name and keys.
    #[must_use]
    pub fn with_tables(tables: &[(&str, &[&str])]) -> Self {
        let engine = Self::in_memory();
        for (name, keys) in tables {
            engine.create_table(name, keys);
        }
        engine
    }

    /// A new engine in memory with [`REPORTING_TABLES`].
    #[must_use]
    pub fn for_reporting() -> Self {
        Self::with_tables(&REPORTING_TABLES)
    }

    /// An engine without tables that stores them in a file. It writes a commit to the disk before it answers.
    #[must_use]
    pub fn in_file(path: &Path) -> Self {
        Database::new(path.to_str().unwrap()).unwrap().into()
    }

    /// The same engine, whose scans answer in pages of one item. Those of DynamoDB have 1 MB.
    #[must_use]
    pub fn with_short_pages(self) -> Self {
        Self {
            short_pages: true,
            ..self
        }
    }

    /// Creates a table with these keys: the partition key, then the sort key if there is one. A `shard` is a number, and
    /// any other key is a string.
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
        run(&table.to_string(), |request| self.database.create_table(request)).unwrap();
    }

    /// Clients of the engine.
    #[must_use]
    pub fn aws(&self) -> Clients {
        connector::clients(Arc::new(self.clone()))
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
            let mut page = run(&request.to_string(), |request| self.database.scan(request)).unwrap();
            items.append(page["Items"].as_array_mut().unwrap());
            from = page["LastEvaluatedKey"].take();
            if from.is_null() {
                return items;
            }
        }
    }

    /// Carries out a call.
    #[must_use]
    pub fn carry_out(&self, call: &Call) -> Answer {
        let (db, body) = (&self.database, &call.body);
        let result = match call.action.as_str() {
            "BatchGetItem" => run(body, |request| db.batch_get_item(request)),
            "BatchWriteItem" => run(body, |request| db.batch_write_item(request)),
            "DeleteItem" => run(body, |request| db.delete_item(request)),
            "DescribeTable" => run(body, |request| db.describe_table(request)),
            "GetItem" => run(body, |request| db.get_item(request)),
            "PutItem" => run(body, |request| db.put_item(request)),
            "UpdateItem" => run(body, |request| db.update_item(request)),
            "Query" => run(body, |request| db.query(request)),
            "Scan" if self.short_pages => {
                let mut request = call.json();
                request["Limit"] = json!(1);
                run(&request.to_string(), |request| db.scan(request))
            }
            "Scan" => run(body, |request| db.scan(request)),
            "TransactWriteItems" => run(body, |request| db.transact_write_items(request)),
            other => panic!("the engine has no {other} here: add it"),
        };
        match result {
            Ok(response) => Answer::now(200, response.to_string()),
            Err(error) => Answer::now(error.status_code(), error.to_json()),
        }
    }
}

impl From<Database> for Engine {
    fn from(database: Database) -> Self {
        Self {
            database,
            short_pages: false,
        }
    }
}

impl Service for Engine {
    fn answer(&self, call: Call) -> BoxFuture<'_, Answer> {
        ready(self.carry_out(&call)).boxed()
    }
}

fn run<Request: DeserializeOwned, Response: Serialize>(
    body: &str,
    operation: impl FnOnce(Request) -> Result<Response, DynoxideError>,
) -> Result<Value, DynoxideError> {
    let request = serde_json::from_str(body).unwrap();
    operation(request).map(|response| serde_json::to_value(response).unwrap())
}

/// The engine's clock follows tokio's, so that a test can let hours pass.
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
