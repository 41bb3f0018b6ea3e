//! A table with one record per asset, which is replaced whole.

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
        let request = request.key(KEY, AttributeValue::S(asset.to_string()));
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
        let request = request.item(KEY, AttributeValue::S(asset.to_string()));
        Box::pin(request.send()).await?;
        Ok(())
    }
}
