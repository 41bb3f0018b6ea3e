//! A DynamoDB engine in the test's own process, an SDK client of it, and the sample events as requests.
#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a test that can't set up its table should fail"
)]

use std::path::Path;

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::{
    Client,
    config::{BehaviorVersion, Region},
    types::{AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType},
};
use aws_smithy_http_client::Builder;
use dynoxide::{Database, server::serve_on};
use tokio::net::TcpListener;

/// The name of the one table of each engine.
pub const TABLE: &str = "table";

/// Starts an engine that ends with the test's runtime, makes [`TABLE`] with string keys of these names (partition key,
/// then sort key where there is one), and returns a client.
pub async fn with_table(keys: &[&str]) -> Client {
    let client = client(&start().await);
    create_table(&client, keys).await;
    client
}

/// Starts an engine that ends with the test's runtime, and returns its URL.
pub async fn start() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(serve_on(listener, Database::memory().unwrap()));
    url
}

/// A client of the engine at `url`.
#[must_use]
pub fn client(url: &str) -> Client {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .http_client(Builder::new().build_http())
        .endpoint_url(url);
    Client::from_conf(config.build())
}

/// Makes [`TABLE`] in the client's engine.
pub async fn create_table(client: &Client, keys: &[&str]) {
    let mut request = client
        .create_table()
        .table_name(TABLE)
        .billing_mode(BillingMode::PayPerRequest);
    for (name, kind) in keys.iter().zip([KeyType::Hash, KeyType::Range]) {
        let attribute = AttributeDefinition::builder()
            .attribute_name(*name)
            .attribute_type(ScalarAttributeType::S);
        let key = KeySchemaElement::builder().attribute_name(*name).key_type(kind);
        request = request
            .attribute_definitions(attribute.build().unwrap())
            .key_schema(key.build().unwrap());
    }
    request.send().await.unwrap();
}

/// `events/<name>.json` of the repository.
#[must_use]
pub fn sample_event(name: &str) -> String {
    let events = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events");
    std::fs::read_to_string(events.join(format!("{name}.json"))).unwrap()
}

/// A sample HTTP event as the request that `lambda_http` makes of it.
#[must_use]
pub fn sample_request(name: &str) -> lambda_http::Request {
    lambda_http::request::from_str(&sample_event(name)).unwrap()
}
