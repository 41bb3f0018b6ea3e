//! A DynamoDB engine in the test's own process.

use aws_sdk_dynamodb::{
    Client,
    types::{AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType},
};
use aws_smithy_http_client::Builder;
use dynoxide::{Database, server::serve_on};
use tokio::net::TcpListener;

use crate::aws;

/// The name of the one table of each engine.
pub const TABLE: &str = "table";

/// Starts an engine that ends with the test's runtime, makes [`TABLE`] with string keys of these names (partition key,
/// then sort key where there is one), and returns a client.
pub async fn with_table(keys: &[&str]) -> Client {
    let config = aws::config(Builder::new().build_http()).endpoint_url(start().await);
    let client = Client::new(&config.build());
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

/// Makes [`TABLE`] in the client's engine.
pub async fn create_table(client: &Client, keys: &[&str]) {
    let mut request = client.create_table().table_name(TABLE);
    for (name, kind) in keys.iter().zip([KeyType::Hash, KeyType::Range]) {
        let attribute = AttributeDefinition::builder().attribute_name(*name);
        let attribute = attribute.attribute_type(ScalarAttributeType::S).build().unwrap();
        let key = KeySchemaElement::builder().attribute_name(*name).key_type(kind);
        request = request
            .attribute_definitions(attribute)
            .key_schema(key.build().unwrap());
    }
    request.billing_mode(BillingMode::PayPerRequest).send().await.unwrap();
}
