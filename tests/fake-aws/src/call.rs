//! A call: one request that a client of AWS makes.

use std::collections::BTreeSet;

use serde_json::Value;

/// One request to an AWS service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The access key that signed the request. A function on the fake host has its own name as its key.
    pub caller: String,
    /// The service as IAM writes it: `dynamodb`, `lambda` or `sqs`.
    pub service: String,
    /// The API's action, such as `SendMessage` or `Invoke`.
    pub action: String,
    /// The path of the URL. For Lambda it names the function.
    pub path: String,
    /// Whether an invocation is asynchronous (`X-Amz-Invocation-Type: Event`).
    pub asynchronous: bool,
    pub body: String,
}

impl Call {
    /// Reads the parts of an HTTP request.
    pub(crate) fn read<'a>(path: &str, header: impl Fn(&str) -> Option<&'a str>, body: String) -> Self {
        let (caller, service) = scope(header("authorization").unwrap_or_default());
        let target = header("x-amz-target").and_then(|target| target.split('.').next_back());
        let action = match target {
            Some(action) => action,
            None if path == "/ping" => "Ping",
            None => "Invoke",
        };
        Self {
            caller: caller.to_owned(),
            service: service.to_owned(),
            action: action.to_owned(),
            path: path.to_owned(),
            asynchronous: header("x-amz-invocation-type") == Some("Event"),
            body,
        }
    }

    /// A call to DynamoDB that no client signed.
    #[must_use]
    pub fn dynamodb(action: &str, request: &Value) -> Self {
        Self {
            caller: String::new(),
            service: "dynamodb".to_owned(),
            action: action.to_owned(),
            path: "/".to_owned(),
            asynchronous: false,
            body: request.to_string(),
        }
    }

    /// The body, which is JSON in every API here.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// The function that a call to Lambda invokes, by the name or ARN in the request.
    #[must_use]
    pub fn function(&self) -> Option<String> {
        let name = self.path.split("/functions/").nth(1)?.split('/').next()?;
        Some(name.replace("%3A", ":"))
    }

    /// The tables, queues and functions that the call names.
    #[must_use]
    pub fn resources(&self) -> BTreeSet<String> {
        if let Some(function) = self.function() {
            return [function].into();
        }
        let mut found = BTreeSet::new();
        if let Ok(request) = serde_json::from_str(&self.body) {
            collect_resources(&request, &mut found);
        }
        found
    }

    /// Whether the client opens a connection ahead of use. That is not a call to a service.
    #[must_use]
    pub fn is_ping(&self) -> bool {
        self.action == "Ping"
    }
}

/// The access key and the service in a signature: `... Credential=<key>/<date>/<region>/<service>/aws4_request, ...`
fn scope(authorization: &str) -> (&str, &str) {
    let credential = authorization.split("Credential=").nth(1).unwrap_or_default();
    let mut parts = credential.split('/');
    let key = parts.next().unwrap_or_default();
    (key, parts.nth(2).unwrap_or_default())
}

/// A transaction and a batch name a table per item.
fn collect_resources(request: &Value, found: &mut BTreeSet<String>) {
    match request {
        Value::Object(fields) => {
            for (name, value) in fields {
                match (name.as_str(), value) {
                    ("TableName", Value::String(table)) => drop(found.insert(table.clone())),
                    ("QueueUrl", Value::String(url)) => drop(found.insert(queue_name(url).to_owned())),
                    ("RequestItems", Value::Object(tables)) => found.extend(tables.keys().cloned()),
                    // An item's attributes may have any name.
                    ("Item" | "Key" | "MessageBody" | "MessageAttributes", _) => {}
                    _ => collect_resources(value, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect_resources(item, found)),
        _ => {}
    }
}

/// The name of a queue, the last part of its URL.
pub(crate) fn queue_name(url: &str) -> &str {
    url.rsplit('/').next().unwrap_or(url)
}
