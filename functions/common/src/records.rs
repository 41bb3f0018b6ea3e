//! A table of records by asset id: the store of a service whose records are replaced whole.

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use serde::{Serialize, de::DeserializeOwned};

use crate::{AssetId, Error};

/// The table's partition key, a string.
const KEY: &str = "id";

/// A DynamoDB table that holds one record an asset.
#[derive(Debug, Clone)]
pub struct Records {
    client: Client,
    table: String,
}

impl Records {
    /// The records in `table`.
    #[must_use]
    pub fn new(client: Client, table: String) -> Self {
        Self { client, table }
    }

    /// The asset's record: one read of half a unit (eventually consistent).
    ///
    /// # Errors
    /// [`Error::AssetNotFound`], or [`Error::Unavailable`] when DynamoDB does not answer or the record can't be read.
    pub async fn get<R: DeserializeOwned>(&self, asset: &AssetId) -> Result<R, Error> {
        let request = self.client.get_item().table_name(&self.table);
        let found = request
            .key(KEY, AttributeValue::S(asset.to_string()))
            .send()
            .await
            .map_err(Error::unavailable)?;
        let item = found.item.ok_or_else(|| Error::AssetNotFound(asset.clone()))?;
        serde_dynamo::from_item(item).map_err(Error::unavailable)
    }

    /// Replaces the asset's whole record.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when DynamoDB does not answer.
    pub async fn replace(&self, asset: &AssetId, record: &impl Serialize) -> Result<(), Error> {
        let item = serde_dynamo::to_item(record).map_err(Error::unavailable)?;
        let request = self.client.put_item().table_name(&self.table).set_item(Some(item));
        request
            .item(KEY, AttributeValue::S(asset.to_string()))
            .send()
            .await
            .map_err(Error::unavailable)?;
        Ok(())
    }
}
