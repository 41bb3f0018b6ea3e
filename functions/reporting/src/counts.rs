//! Reading the counters.

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use domain::{AssetId, Day, UserId};
use platform::{
    BoxError,
    aws::{Clients, Service},
    config::{self, ConfigError},
};
use serde::Serialize;
use tokio::try_join;

use crate::{
    Tables,
    schema::{self, Item},
};

/// The reply of the endpoints that answer a user's and an asset's count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ViewCounts {
    userviews: u64,
    assetviews: u64,
}

/// An asset's views on one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct DayViews {
    date: Day,
    views: u64,
}

/// Users' counters.
#[derive(Debug, Clone)]
pub struct UserCounters {
    client: Client,
    table: String,
}

impl UserCounters {
    #[must_use]
    pub fn new(client: Client, table: String) -> Self {
        Self { client, table }
    }

    /// The counters in the table that `USER_COUNTERS_TABLE` names, with a connection open.
    ///
    /// # Errors
    /// When a variable is missing.
    pub async fn connect() -> Result<Self, ConfigError> {
        let build = |clients: &Clients| Ok(Self::new(clients.dynamodb(), config::required(Tables::USER_COUNTERS)?));
        Clients::connect(&[(Service::DynamoDb, 1)], build).await
    }

    /// The views by `user`, None if there are none. A `consistent` read sees every finished write, at twice the price.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn views(&self, user: &UserId, consistent: bool) -> Result<Option<u64>, BoxError> {
        let request = self.client.get_item().table_name(&self.table);
        let request = request.set_key(Some(schema::user(user))).consistent_read(consistent);
        let found = Box::pin(request.send()).await?;
        found.item.as_ref().map(schema::views).transpose()
    }
}

/// Assets' counters.
#[derive(Debug, Clone)]
pub struct AssetCounters {
    client: Client,
    table: String,
}

impl AssetCounters {
    #[must_use]
    pub fn new(client: Client, table: String) -> Self {
        Self { client, table }
    }

    /// The counters in the table that `ASSET_COUNTERS_TABLE` names, with a connection open.
    ///
    /// # Errors
    /// When a variable is missing.
    pub async fn connect() -> Result<Self, ConfigError> {
        let build = |clients: &Clients| Ok(Self::new(clients.dynamodb(), config::required(Tables::ASSET_COUNTERS)?));
        Clients::connect(&[(Service::DynamoDb, 1)], build).await
    }

    /// The views of `asset`, the sum of its shards, None if there are none. A `consistent` read sees every finished
    /// write, at twice the price.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn views(&self, asset: &AssetId, consistent: bool) -> Result<Option<u64>, BoxError> {
        let shards = self.shards(asset, consistent).await?;
        let sum = || shards.iter().map(schema::views).sum::<Result<u64, BoxError>>();
        (!shards.is_empty()).then(sum).transpose()
    }

    /// The views of `asset` on each of these days, 0 where there are none.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn views_on(&self, asset: &AssetId, days: impl Iterator<Item = Day>) -> Result<Vec<DayViews>, BoxError> {
        let shards = self.shards(asset, false).await?;
        let sum = |day: Day| {
            shards
                .iter()
                .map(|shard| schema::views_on(shard, day))
                .sum::<Result<u64, BoxError>>()
        };
        days.map(|date| {
            Ok(DayViews {
                date,
                views: sum(date)?,
            })
        })
        .collect()
    }

    /// The shards of an asset's counter, at most a hundred items below 1 KB, which one Query reads.
    async fn shards(&self, asset: &AssetId, consistent: bool) -> Result<Vec<Item>, BoxError> {
        let request = self.client.query().table_name(&self.table);
        let request = request
            .key_condition_expression("id = :asset")
            .expression_attribute_values(":asset", AttributeValue::S(asset.to_string()))
            .consistent_read(consistent);
        let found = Box::pin(request.send()).await?;
        Ok(found.items.unwrap_or_default())
    }
}

/// A user's and an asset's counters, read at once.
#[derive(Debug, Clone)]
pub struct Counts {
    users: UserCounters,
    assets: AssetCounters,
}

impl Counts {
    #[must_use]
    pub fn new(client: Client, tables: &Tables) -> Self {
        Self {
            users: UserCounters::new(client.clone(), tables.user_counters.clone()),
            assets: AssetCounters::new(client, tables.asset_counters.clone()),
        }
    }

    /// Both counts, 0 where nothing was recorded. A `consistent` read sees every finished write, at twice the price.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn views(&self, user: &UserId, asset: &AssetId, consistent: bool) -> Result<ViewCounts, BoxError> {
        let (userviews, assetviews) =
            try_join!(self.users.views(user, consistent), self.assets.views(asset, consistent))?;
        Ok(ViewCounts {
            userviews: userviews.unwrap_or(0),
            assetviews: assetviews.unwrap_or(0),
        })
    }
}
