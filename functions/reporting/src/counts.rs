//! Reading the counters.

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use common::{AssetId, Error, UserId};

use crate::items;

/// Reads view counts from the views table.
#[derive(Debug, Clone)]
pub struct Counts {
    client: Client,
    table: String,
}

impl Counts {
    /// The counts in `table`.
    #[must_use]
    pub fn new(client: Client, table: String) -> Self {
        Self { client, table }
    }

    /// How often `user` watched anything; None when never. `consistent` sees every finished write, at twice the price.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when DynamoDB does not answer.
    pub async fn of_user(&self, user: &UserId, consistent: bool) -> Result<Option<u64>, Error> {
        let request = self.client.get_item().table_name(&self.table);
        let found = request
            .set_key(Some(items::user(user)))
            .consistent_read(consistent)
            .send()
            .await
            .map_err(Error::unavailable)?;
        found.item.as_ref().map(items::views).transpose()
    }

    /// How often `asset` was watched: the sum of its shards, in one Query; None when never.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when DynamoDB does not answer.
    pub async fn of_asset(&self, asset: &AssetId, consistent: bool) -> Result<Option<u64>, Error> {
        let request = self.client.query().table_name(&self.table);
        let found = request
            .key_condition_expression("pk = :asset")
            .expression_attribute_values(":asset", AttributeValue::S(items::asset_pk(asset)))
            .consistent_read(consistent)
            .send()
            .await
            .map_err(Error::unavailable)?;
        let shards = found.items.unwrap_or_default();
        let sum = || shards.iter().map(items::views).sum::<Result<u64, Error>>();
        (!shards.is_empty()).then(sum).transpose()
    }
}
