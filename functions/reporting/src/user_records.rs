//! The records that name a user: the counter, the tombstone, and the markers of the user's views.

mod export;

use aws_sdk_dynamodb::{Client, error::BuildError, types::TransactWriteItem};
use domain::{Timestamp, UserId};
use platform::{
    BoxError,
    aws::{Clients, Service},
    config::{self, ConfigError},
};
use tokio::time::{Instant, timeout_at};

pub use export::{Record, Size, UserExport};

use crate::{
    Tables,
    backoff::Backoff,
    schema,
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
        let mut backoff = Backoff::new();
        loop {
            let written = transaction::send(&self.client, self.deletion(user)?, None);
            match timeout_at(deadline, written)
                .await
                .unwrap_or_else(|late| Verdict::Retry(late.into()))
            {
                Verdict::Committed => return Ok(()),
                Verdict::Retry(cause) if !backoff.wait(deadline).await => return Err(cause),
                Verdict::Retry(_) => {}
                Verdict::Reject(cause) | Verdict::Refuse(cause) => return Err(cause),
                Verdict::Duplicates(_) => return Err("DynamoDB named a condition, and there is none".into()),
            }
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
