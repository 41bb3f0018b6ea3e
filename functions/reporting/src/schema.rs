//! The views table: one marker per counted view, one counter per user, and a counter of several shards per asset.
//!
//! | item | `pk` | `sk` | attributes |
//! |---|---|---|---|
//! | marker | `event#<eventId>` | `marker` | `assetId`, `userId`, `playedAt`, `countedAt`, `expires` |
//! | a user's counter | `user#<userId>` | `views` | `views` |
//! | a shard of an asset's counter | `asset#<assetId>` | `shard#<n>` | `views` |

use std::{collections::HashMap, time::Duration};

use aws_sdk_dynamodb::{error::BuildError, types::AttributeValue, types::Put, types::Update};
use domain::{AssetId, EventId, Timestamp, UserId, View};
use platform::BoxError;

/// Partition key.
pub(crate) const PK: &str = "pk";
/// Sort key.
pub(crate) const SK: &str = "sk";
/// The count in a counter.
pub(crate) const VIEWS: &str = "views";

/// A marker's asset.
pub(crate) const ASSET_ID: &str = "assetId";
/// A marker's user.
pub(crate) const USER_ID: &str = "userId";
/// When a marker was written.
pub(crate) const COUNTED_AT: &str = "countedAt";
/// The prefix of a marker's partition key, which no counter's has.
pub(crate) const MARKER_PREFIX: &str = "event#";

/// The age up to which a view is counted. The queue and the dead-letter queue together keep it for less.
pub(crate) const WINDOW: Duration = Duration::from_hours(24 * 21);
/// The life of a marker from the play on: one window in which the event itself may arrive, another in which a retry
/// with the same idempotency key may, and a day for clocks that differ.
pub(crate) const MARKER_LIFE: Duration = Duration::from_hours(24 * 43);

/// An item's primary key.
pub(crate) type Key = HashMap<String, AttributeValue>;

/// A user's counter.
pub(crate) fn user(id: &UserId) -> Key {
    key(user_pk(id), VIEWS.to_owned())
}

/// A shard of an asset's counter.
pub(crate) fn shard(id: &AssetId, number: u32) -> Key {
    key(asset_pk(id), format!("shard#{number}"))
}

/// The partition of an asset's shards.
pub(crate) fn asset_pk(id: &AssetId) -> String {
    format!("asset#{id}")
}

/// The partition of a user's counter.
pub(crate) fn user_pk(id: &UserId) -> String {
    format!("user#{id}")
}

/// The count in a counter.
pub(crate) fn views(counter: &Key) -> Result<u64, BoxError> {
    let number = counter.get(VIEWS).and_then(|value| value.as_n().ok());
    let count = number.and_then(|number| number.parse().ok());
    count.ok_or_else(|| format!("a counter holds no number: {counter:?}").into())
}

fn marker(id: &EventId) -> Key {
    key(format!("{MARKER_PREFIX}{id}"), "marker".to_owned())
}

fn key(pk: String, sk: String) -> Key {
    HashMap::from([
        (PK.to_owned(), AttributeValue::S(pk)),
        (SK.to_owned(), AttributeValue::S(sk)),
    ])
}

/// Writes the marker of a view, on condition that there is none.
pub(crate) fn put_marker(table: &str, view: &View) -> Result<Put, BuildError> {
    Put::builder()
        .table_name(table)
        .set_item(Some(marker(&view.event_id)))
        .item(ASSET_ID, AttributeValue::S(view.asset_id.to_string()))
        .item(USER_ID, AttributeValue::S(view.user_id.to_string()))
        .item("playedAt", AttributeValue::S(view.played_at.into()))
        .item(COUNTED_AT, AttributeValue::S(Timestamp::now().into()))
        .item(
            "expires",
            AttributeValue::N(view.played_at.plus(MARKER_LIFE).as_secs().to_string()),
        )
        .condition_expression("attribute_not_exists(pk)")
        .build()
}

/// Adds to a counter. A new one starts at 0.
pub(crate) fn add_views(table: &str, counter: Key, views: usize) -> Result<Update, BuildError> {
    Update::builder()
        .table_name(table)
        .set_key(Some(counter))
        .update_expression("ADD #views :n")
        .expression_attribute_names("#views", VIEWS)
        .expression_attribute_values(":n", AttributeValue::N(views.to_string()))
        .build()
}
