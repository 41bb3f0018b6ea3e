//! A table with one record per asset, which is replaced whole.

use std::collections::HashMap;

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use domain::AssetId;
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    BoxError,
    aws::{Clients, Service},
    config::{self, ConfigError},
};

/// The table's partition key, a string.
const KEY: &str = "id";

/// A DynamoDB table with one record per asset.
#[derive(Debug, Clone)]
pub struct AssetTable {
    client: Client,
    table: String,
}

impl AssetTable {
    #[must_use]
    pub fn new(client: Client, table: String) -> Self {
        Self { client, table }
    }

    /// The table that the environment variable `name` names, with a connection open.
    ///
    /// # Errors
    /// When a variable is missing.
    pub async fn connect(name: &'static str) -> Result<Self, ConfigError> {
        let build = |clients: &Clients| Ok(Self::new(clients.dynamodb(), config::required(name)?));
        Clients::connect(&[(Service::DynamoDb, 1)], build).await
    }

    /// Reads the asset's record, eventually consistent: half a read unit per 4 KB.
    ///
    /// # Errors
    /// When DynamoDB does not answer or the record can't be read as `R`.
    pub async fn get<R: DeserializeOwned>(&self, asset: &AssetId) -> Result<Option<R>, BoxError> {
        let request = self.client.get_item().table_name(&self.table);
        let request = request.key(KEY, key(asset));
        let found = Box::pin(request.send()).await?;
        Ok(found.item.map(serde_dynamo::from_item).transpose()?)
    }

    /// Replaces the asset's whole record.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn replace(&self, asset: &AssetId, record: &impl Serialize) -> Result<(), BoxError> {
        let item = serde_dynamo::to_item(record)?;
        let request = self.client.put_item().table_name(&self.table).set_item(Some(item));
        let request = request.item(KEY, key(asset));
        Box::pin(request.send()).await?;
        Ok(())
    }

    /// Deletes the asset's record, if there is one.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn delete(&self, asset: &AssetId) -> Result<(), BoxError> {
        let request = self.client.delete_item().table_name(&self.table);
        Box::pin(request.key(KEY, key(asset)).send()).await?;
        Ok(())
    }

    /// Reads up to `limit` records in the table's own order, from the one after `after`. A record that can't be read as
    /// `R` is left out and logged, so that it hides no other.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn list<R: DeserializeOwned>(&self, after: Option<&AssetId>, limit: usize) -> Result<Page<R>, BoxError> {
        let mut records = Vec::new();
        let mut from = after.map(|asset| HashMap::from([(KEY.to_owned(), key(asset))]));
        // One record more than asked for tells whether another page follows. DynamoDB ends a page early where it likes.
        while records.len() <= limit {
            let missing = i32::try_from(limit + 1 - records.len())?;
            let request = self.client.scan().table_name(&self.table).limit(missing);
            let page = Box::pin(request.set_exclusive_start_key(from).send()).await?;
            records.extend(page.items.into_iter().flatten().filter_map(readable));
            from = page.last_evaluated_key;
            if from.is_none() {
                break;
            }
        }
        let is_last = records.len() <= limit;
        records.truncate(limit);
        Ok(Page { records, is_last })
    }
}

/// Records of a table.
#[derive(Debug)]
pub struct Page<R> {
    pub records: Vec<R>,
    /// Whether no record follows.
    pub is_last: bool,
}

fn key(asset: &AssetId) -> AttributeValue {
    AttributeValue::S(asset.to_string())
}

fn readable<R: DeserializeOwned>(item: HashMap<String, AttributeValue>) -> Option<R> {
    serde_dynamo::from_item(item)
        .inspect_err(|error| tracing::error!(cause = %error, "a record can't be read and is left out of the list"))
        .ok()
}
