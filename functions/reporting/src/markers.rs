//! Looks markers up, to find views that have been counted.

use std::collections::HashSet;

use aws_sdk_dynamodb::{Client, types::KeysAndAttributes};
use domain::{EventId, View};
use futures_util::{StreamExt, stream};
use platform::{BoxError, telemetry::chain};

use crate::schema::{self, Item};

/// DynamoDB's limit for one request.
const MAX_KEYS: usize = 100;
/// Concurrent requests.
const CONCURRENCY: usize = 8;

/// The markers of the views that are counted.
#[derive(Debug, Clone)]
pub struct Markers {
    client: Client,
    table: String,
}

impl Markers {
    #[must_use]
    pub const fn new(client: Client, table: String) -> Self {
        Self { client, table }
    }

    /// Whether the view is counted. The read is consistent, so it sees every finished transaction.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn has(&self, view: EventId) -> Result<bool, BoxError> {
        let request = self.client.get_item().table_name(&self.table);
        let request = request.set_key(Some(schema::marker(view))).consistent_read(true);
        let found = Box::pin(request.projection_expression(schema::ID).send()).await?;
        Ok(found.item.is_some())
    }
}

/// The ids of the views that have a marker. A marker that is new, or that could not be read, may be missing: the
/// transaction decides. An eventually consistent read is enough for that, and takes half a read unit per view.
pub(crate) async fn existing(client: &Client, table: &str, views: &[View]) -> HashSet<String> {
    let keys = |views: &[View]| views.iter().map(|view| schema::marker(view.event_id)).collect();
    let batches: Vec<Vec<Item>> = views.chunks(MAX_KEYS).map(keys).collect();
    stream::iter(batches)
        .map(|keys| read(client, table, keys))
        .buffer_unordered(CONCURRENCY)
        .concat()
        .await
        .into_iter()
        .collect()
}

/// The ids of the markers that DynamoDB finds, none if it fails.
async fn read(client: &Client, table: &str, keys: Vec<Item>) -> Vec<String> {
    let found = attempt(client, table, keys).await;
    found.unwrap_or_else(|error| {
        tracing::warn!(cause = %chain(error.as_ref()), "markers not looked up");
        Vec::new()
    })
}

async fn attempt(client: &Client, table: &str, keys: Vec<Item>) -> Result<Vec<String>, BoxError> {
    let keys = KeysAndAttributes::builder()
        .set_keys(Some(keys))
        .projection_expression(schema::ID);
    let request = client.batch_get_item().request_items(table, keys.build()?);
    let found = Box::pin(request.send()).await?;
    let markers = found.responses.unwrap_or_default().into_values().flatten();
    Ok(markers.filter_map(|marker| id(&marker)).collect())
}

fn id(marker: &Item) -> Option<String> {
    marker.get(schema::ID).and_then(|id| id.as_s().ok()).cloned()
}
