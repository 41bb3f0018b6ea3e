//! The table of rankings: one item per window, which holds the whole list.

use aws_sdk_dynamodb::{Client, error::SdkError, operation::put_item::PutItemError, types::AttributeValue};
use domain::Timestamp;
use platform::{
    BoxError,
    aws::{Clients, Service},
    config::{self, ConfigError},
};
use serde::{Deserialize, Serialize};

use crate::{ranking::Window, schema};

/// A list as it is stored. An asset is a pair, because the names of two attributes per asset would not fit one read unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Ranked {
    #[serde(rename = "asOf")]
    pub(crate) as_of: Timestamp,
    /// Id and views, the most viewed first.
    pub(crate) assets: Vec<(String, u64)>,
}

/// The table of rankings.
#[derive(Debug, Clone)]
pub struct Rankings {
    client: Client,
    table: String,
}

impl Rankings {
    const TABLE: &str = "RANKINGS_TABLE";

    #[must_use]
    pub const fn new(client: Client, table: String) -> Self {
        Self { client, table }
    }

    /// The table that `RANKINGS_TABLE` names.
    ///
    /// # Errors
    /// When the variable is missing.
    pub fn from_env(clients: &Clients) -> Result<Self, ConfigError> {
        Ok(Self::new(clients.dynamodb(), config::required(Self::TABLE)?))
    }

    /// The table that `RANKINGS_TABLE` names, with a connection open.
    ///
    /// # Errors
    /// When a variable is missing.
    pub async fn connect() -> Result<Self, ConfigError> {
        Clients::connect(&[(Service::DynamoDb, 1)], Self::from_env).await
    }

    /// Replaces a window's list, unless a run that began later has replaced it. Runs overlap when one takes longer than
    /// the schedule's rate.
    pub(crate) async fn replace(&self, window: Window, ranked: &Ranked) -> Result<(), BoxError> {
        let request = self.client.put_item().table_name(&self.table);
        let request = request
            .set_item(Some(serde_dynamo::to_item(ranked)?))
            .item(schema::ID, AttributeValue::S(window.name()))
            .condition_expression("attribute_not_exists(asOf) OR asOf < :asOf")
            .expression_attribute_values(":asOf", serde_dynamo::to_attribute_value(ranked.as_of)?);
        match Box::pin(request.send()).await {
            Err(error) if !is_newer(&error) => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// A window's list, None before the first ranking.
    pub(crate) async fn read(&self, window: Window) -> Result<Option<Ranked>, BoxError> {
        let request = self.client.get_item().table_name(&self.table);
        let request = request.key(schema::ID, AttributeValue::S(window.name()));
        let found = Box::pin(request.send()).await?;
        Ok(found.item.map(serde_dynamo::from_item).transpose()?)
    }
}

/// Whether the stored list is newer than the one that was to replace it.
fn is_newer(error: &SdkError<PutItemError>) -> bool {
    error
        .as_service_error()
        .is_some_and(PutItemError::is_conditional_check_failed_exception)
}
