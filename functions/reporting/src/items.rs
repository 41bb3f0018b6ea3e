//! What the views table holds: markers, a counter a user, and counter shards an asset.
//!
//! | item | `pk` | `sk` | attributes |
//! |---|---|---|---|
//! | marker, one a counted view | `event#<eventId>` | `marker` | `assetId`, `userId`, `playedAt`, `countedAt`, `expires` |
//! | a user's counter | `user#<userId>` | `views` | `views` |
//! | a shard of an asset's counter | `asset#<assetId>` | `shard#<n>` | `views` |

use std::{collections::HashMap, time::Duration};

use aws_sdk_dynamodb::{error::BuildError, types::AttributeValue, types::Put, types::Update};
use common::{
    AssetId, Error, UserId,
    timestamp::Timestamp,
    view::{EventId, View},
};

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
/// What a marker's partition key starts with, and a counter's does not.
pub(crate) const MARKER_PREFIX: &str = "event#";

/// How old a view may be and still be counted. Longer than the queue and the dead-letter queue together keep it.
pub(crate) const WINDOW: Duration = Duration::from_hours(24 * 21);
/// How long after the play a marker lives: while the event itself may arrive (one window), and while a retry with the
/// same idempotency key may (another), with a day for clocks that differ.
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
pub(crate) fn views(counter: &Key) -> Result<u64, Error> {
    let number = counter.get(VIEWS).and_then(|value| value.as_n().ok());
    let count = number.and_then(|number| number.parse().ok());
    count.ok_or_else(|| Error::unavailable(format!("a counter holds no number: {counter:?}")))
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

/// Writes the marker of a view, which fails if the view has one.
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

/// Adds to a counter, which starts at 0.
pub(crate) fn add_views(table: &str, counter: Key, views: usize) -> Result<Update, BuildError> {
    Update::builder()
        .table_name(table)
        .set_key(Some(counter))
        .update_expression("ADD #views :n")
        .expression_attribute_names("#views", VIEWS)
        .expression_attribute_values(":n", AttributeValue::N(views.to_string()))
        .build()
}
