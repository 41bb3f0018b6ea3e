//! Reading the counters.

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use domain::{AssetId, UserId};
use platform::{
    BoxError,
    aws::{Clients, Service},
    config,
};
use serde::Serialize;
use tokio::try_join;

use crate::schema;

/// The reply of the endpoints that answer a user's and an asset's count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ViewCounts {
    userviews: u64,
    assetviews: u64,
}

/// Reads view counts.
#[derive(Debug, Clone)]
pub struct Counts {
    client: Client,
    table: String,
}

impl Counts {
    #[must_use]
    pub fn new(client: Client, table: String) -> Self {
        Self { client, table }
    }

    /// The counts in the table that `VIEWS_TABLE` names, with `connections` open.
    ///
    /// # Errors
    /// When a variable is missing.
    pub async fn connect(connections: usize) -> Result<Self, BoxError> {
        let table = config::required("VIEWS_TABLE")?;
        let clients = Clients::connect(&[(Service::DynamoDb, connections)]).await?;
        Ok(Self::new(clients.dynamodb(), table))
    }

    /// Both counts, 0 where nothing was recorded. `consistent` reads see every finished write, at twice the price.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn of(&self, user: &UserId, asset: &AssetId, consistent: bool) -> Result<ViewCounts, BoxError> {
        let (userviews, assetviews) = try_join!(self.of_user(user, consistent), self.of_asset(asset, consistent))?;
        Ok(ViewCounts {
            userviews: userviews.unwrap_or(0),
            assetviews: assetviews.unwrap_or(0),
        })
    }

    /// The views by `user`, None if there are none.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn of_user(&self, user: &UserId, consistent: bool) -> Result<Option<u64>, BoxError> {
        let request = self.client.get_item().table_name(&self.table);
        let request = request.set_key(Some(schema::user(user))).consistent_read(consistent);
        let found = Box::pin(request.send()).await?;
        found.item.as_ref().map(schema::views).transpose()
    }

    /// The views of `asset`, the sum of its shards in one Query, None if there are none.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn of_asset(&self, asset: &AssetId, consistent: bool) -> Result<Option<u64>, BoxError> {
        let request = self.client.query().table_name(&self.table);
        let request = request
            .key_condition_expression("pk = :asset")
            .expression_attribute_values(":asset", AttributeValue::S(schema::asset_pk(asset)))
            .consistent_read(consistent);
        let found = Box::pin(request.send()).await?;
        let shards = found.items.unwrap_or_default();
        let sum = || shards.iter().map(schema::views).sum::<Result<u64, BoxError>>();
        (!shards.is_empty()).then(sum).transpose()
    }
}
