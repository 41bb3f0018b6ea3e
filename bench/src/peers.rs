//! Two other ways to count, for comparison: the Go original's, and an idempotency library's. Each has as many
//! requests in flight as the ledger.

use std::collections::HashMap;

use aws_sdk_dynamodb::{Client, error::SdkError, types::AttributeValue};
use domain::View;
use futures_util::{StreamExt, stream};
use tokio::join;

/// Requests in flight at once: the ledger's number.
const IN_FLIGHT: usize = 8;

/// The naive port: adds to two counters for each event. A redelivered event counts again.
pub async fn naive(client: &Client, views: &[View]) {
    let counters = views.iter().flat_map(|view| [asset(view), user(view)]);
    stream::iter(counters)
        .for_each_concurrent(IN_FLIGHT, |counter| add(client, counter))
        .await;
}

/// The pattern of Powertools' idempotency utility: a marker is put, the work is done, the marker is completed. Marker and
/// work are separate writes: a crash between them counts again or not at all.
pub async fn idempotency_record(client: &Client, views: &[View]) {
    // An event's four requests take three steps, so six events keep eight requests in flight on average.
    stream::iter(views)
        .for_each_concurrent(IN_FLIGHT * 3 / 4, |view| async move {
            if begin(client, view).await {
                join!(add(client, asset(view)), add(client, user(view)));
                complete(client, view).await;
            }
        })
        .await;
}

type Key = HashMap<String, AttributeValue>;

fn asset(view: &View) -> (&'static str, Key) {
    let mut key = key(view.asset_id.as_str());
    key.insert("shard".to_owned(), AttributeValue::N("0".to_owned()));
    ("asset-counters", key)
}

fn user(view: &View) -> (&'static str, Key) {
    ("user-counters", key(view.user_id.as_str()))
}

fn marker(view: &View) -> Key {
    key(&view.event_id.to_string())
}

fn key(id: &str) -> Key {
    HashMap::from([("id".to_owned(), text(id))])
}

async fn add(client: &Client, (table, key): (&str, Key)) {
    let request = client.update_item().table_name(table).set_key(Some(key));
    let request = request
        .update_expression("ADD #views :one")
        .expression_attribute_names("#views", "views");
    request
        .expression_attribute_values(":one", AttributeValue::N("1".to_owned()))
        .send()
        .await
        .unwrap();
}

/// Puts the marker. False if there is one.
async fn begin(client: &Client, view: &View) -> bool {
    let request = client.put_item().table_name("markers").set_item(Some(marker(view)));
    let request = request
        .item("status", text("INPROGRESS"))
        .item("expires", AttributeValue::N("1800000000".to_owned()));
    match request.condition_expression("attribute_not_exists(id)").send().await {
        Ok(_) => true,
        Err(SdkError::ServiceError(refused)) if refused.err().is_conditional_check_failed_exception() => false,
        Err(error) => panic!("{error}"),
    }
}

async fn complete(client: &Client, view: &View) {
    let request = client.update_item().table_name("markers").set_key(Some(marker(view)));
    let request = request
        .update_expression("SET #status = :done")
        .expression_attribute_names("#status", "status");
    request
        .expression_attribute_values(":done", text("COMPLETED"))
        .send()
        .await
        .unwrap();
}

fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}
