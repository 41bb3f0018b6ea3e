//! What is held about a user, for the user to have.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::UserId;
use platform::BoxError;
use serde::{Serialize, Serializer, ser::Error as _};

use crate::{
    UserRecords,
    schema::{self, Item},
};

/// The items that name a user.
#[derive(Debug, Serialize)]
pub struct UserExport {
    pub user: UserId,
    pub counter: Option<Record>,
    pub tombstone: Option<Record>,
    pub markers: Vec<Record>,
}

/// An item as it is stored.
#[derive(Debug)]
pub struct Record(Item);

impl Serialize for Record {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let value: serde_json::Value = serde_dynamo::from_item(self.0.clone()).map_err(S::Error::custom)?;
        value.serialize(serializer)
    }
}

/// The size of the markers' table. DynamoDB updates it about every six hours.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    pub items: u64,
    pub bytes: u64,
}

impl Size {
    /// The read units that an export takes: one per 4 KB of the whole table.
    #[must_use]
    pub const fn read_units(self) -> u64 {
        self.bytes.div_ceil(4_096)
    }
}

impl UserRecords {
    /// The size of the table that an export reads.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn size(&self) -> Result<Size, BoxError> {
        let described = Box::pin(self.client.describe_table().table_name(&self.markers).send()).await?;
        let table = described.table.ok_or("DynamoDB does not know the table")?;
        let number = |number: Option<i64>| number.and_then(|number| number.try_into().ok()).unwrap_or(0);
        Ok(Size {
            items: number(table.item_count),
            bytes: number(table.table_size_bytes),
        })
    }

    /// Everything that names a user. Reads the whole table of markers, which have no index by user, and calls `progress`
    /// with each page's number of items.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn export(&self, user: &UserId, progress: impl Fn(usize)) -> Result<UserExport, BoxError> {
        let counter = self.client.get_item().table_name(&self.counters);
        let counter = counter.set_key(Some(schema::user(user))).consistent_read(true);
        let counter = Box::pin(counter.send()).await?.item;
        let (mut tombstones, mut markers): (Vec<_>, Vec<_>) = (Vec::new(), Vec::new());
        let mut from: Option<HashMap<String, AttributeValue>> = None;
        loop {
            let page = self.client.scan().table_name(&self.markers).consistent_read(true);
            let page = page
                .filter_expression("userId = :user")
                .expression_attribute_values(":user", AttributeValue::S(user.to_string()))
                .set_exclusive_start_key(from);
            let page = Box::pin(page.send()).await?;
            progress(usize::try_from(page.scanned_count).unwrap_or_default());
            let items = page.items.unwrap_or_default().into_iter();
            let (of_page, others): (Vec<_>, Vec<_>) = items.partition(|item| item.contains_key(schema::FORGOTTEN_AT));
            tombstones.extend(of_page);
            markers.extend(others.into_iter().map(Record));
            from = page.last_evaluated_key;
            if from.is_none() {
                return Ok(UserExport {
                    user: user.clone(),
                    counter: counter.map(Record),
                    tombstone: tombstones.pop().map(Record),
                    markers,
                });
            }
        }
    }
}
