//! The records that name a user: the counter, the tombstone, and the markers of the user's views.

mod export;

use aws_sdk_dynamodb::{Client, error::BuildError, types::TransactWriteItem};
use domain::{Timestamp, UserId};
use platform::{
    BoxError,
    aws::{Clients, Service},
    config::{self, ConfigError},
};
use tokio::time::Instant;

pub use export::{Record, Size, UserExport};

use crate::{
    Tables, schema,
    transaction::{self, Verdict},
};

/// The records that name a user.
#[derive(Debug, Clone)]
pub struct UserRecords {
    client: Client,
    markers: String,
    counters: String,
}

impl UserRecords {
    #[must_use]
    pub fn new(client: Client, markers: String, counters: String) -> Self {
        Self {
            client,
            markers,
            counters,
        }
    }

    /// The records in the tables that `MARKERS_TABLE` and `USER_COUNTERS_TABLE` name, with a connection open.
    ///
    /// # Errors
    /// When a variable is missing.
    pub async fn connect() -> Result<Self, ConfigError> {
        let build = |clients: &Clients| {
            let (markers, counters) = (
                config::required(Tables::MARKERS)?,
                config::required(Tables::USER_COUNTERS)?,
            );
            Ok(Self::new(clients.dynamodb(), markers, counters))
        };
        Clients::connect(&[(Service::DynamoDb, 1)], build).await
    }

    /// Deletes the user's counter and writes a tombstone, in one transaction. A view that is counted later makes a new
    /// counter. The tombstone tells the audit which markers the deleted counter had counted. Another tombstone replaces
    /// it.
    ///
    /// # Errors
    /// When DynamoDB has not done so by `deadline`.
    pub(crate) async fn forget(&self, user: &UserId, deadline: Instant) -> Result<(), BoxError> {
        match transaction::send_until(&self.client, self.deletion(user)?, None, deadline).await {
            Verdict::Committed => Ok(()),
            Verdict::Retry(cause) | Verdict::Reject(cause) | Verdict::Misconfigured(cause) => Err(cause),
            Verdict::ConditionsFailed(_) => Err("DynamoDB named a condition, and there is none".into()),
        }
    }

    fn deletion(&self, user: &UserId) -> Result<Vec<TransactWriteItem>, BuildError> {
        let delete = schema::delete_user(&self.counters, user)?;
        let tombstone = schema::put_tombstone(&self.markers, user, Timestamp::now())?;
        Ok(vec![
            TransactWriteItem::builder().delete(delete).build(),
            TransactWriteItem::builder().put(tombstone).build(),
        ])
    }
}
