//! The items of the three tables that counting writes: one marker per counted view, one tombstone per forgotten user, one
//! counter per user, and a counter of several shards per asset.
//! `docs/decisions/0004-tables.md` lists their keys and attributes.

use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use aws_sdk_dynamodb::{error::BuildError, types::AttributeValue, types::Delete, types::Put, types::Update};
use domain::{AssetId, Day, EventId, Timestamp, UserId, View};
use platform::BoxError;

use crate::days;

/// The partition key of each table.
pub(crate) const ID: &str = "id";
/// The count in a counter.
pub(crate) const VIEWS: &str = "views";
/// The sort key of an asset's counter.
pub(crate) const SHARD: &str = "shard";

/// A marker's asset.
pub(crate) const ASSET_ID: &str = "assetId";
/// A marker's user.
pub(crate) const USER_ID: &str = "userId";
/// The time of a marker's play.
pub(crate) const PLAYED_AT: &str = "playedAt";
/// The time at which a marker was written.
pub(crate) const COUNTED_AT: &str = "countedAt";
/// A tombstone's time of deletion.
pub(crate) const FORGOTTEN_AT: &str = "forgottenAt";
/// The time to live of markers and tombstones, in seconds since 1970.
const EXPIRES: &str = "expires";

/// The age up to which a view is counted. The queue and the dead-letter queue together keep it for less.
pub(crate) const WINDOW: Duration = Duration::from_hours(24 * 21);
/// The life of a marker from the play on: one window in which the event itself may arrive, another in which a retry
/// with the same idempotency key may, and a day for clocks that differ.
pub(crate) const MARKER_LIFE: Duration = Duration::from_hours(24 * 43);

/// An item, or its primary key.
pub(crate) type Item = HashMap<String, AttributeValue>;

/// The key of a view's marker.
pub(crate) fn marker(id: EventId) -> Item {
    key(id.to_string())
}

/// The key of a user's counter.
pub(crate) fn user(id: &UserId) -> Item {
    key(id.to_string())
}

/// The key of a user's tombstone, which is among the markers. No event id has a `#`.
pub(crate) fn tombstone(id: &UserId) -> Item {
    key(format!("forgotten#{id}"))
}

/// The key of a shard of an asset's counter.
pub(crate) fn shard(id: &AssetId, number: u32) -> Item {
    let mut key = key(id.to_string());
    key.insert(SHARD.to_owned(), AttributeValue::N(number.to_string()));
    key
}

fn key(id: String) -> Item {
    HashMap::from([(ID.to_owned(), AttributeValue::S(id))])
}

/// The user or asset of a counter.
pub(crate) fn id(counter: &Item) -> Result<&str, BoxError> {
    let id = counter.get(ID).and_then(|value| value.as_s().ok());
    id.map(String::as_str)
        .ok_or_else(|| format!("a counter has no id: {counter:?}").into())
}

/// The count in a counter.
pub(crate) fn views(counter: &Item) -> Result<u64, BoxError> {
    counter
        .get(VIEWS)
        .map_or_else(|| Err(not_a_count(counter)), |views| count(counter, views))
}

/// The views that a shard holds for a day, 0 without its attribute.
pub(crate) fn views_on(shard: &Item, day: Day) -> Result<u64, BoxError> {
    let views = shard.get(&days::attribute(day));
    views.map_or(Ok(0), |views| count(shard, views))
}

/// The views that a shard holds for each day of its attributes. A user's counter has none.
pub(crate) fn views_by_day(shard: &Item) -> Result<Vec<(Day, u64)>, BoxError> {
    let days = shard.iter().filter_map(|(name, views)| Some((days::day(name)?, views)));
    days.map(|(day, views)| Ok((day, count(shard, views)?))).collect()
}

fn count(counter: &Item, value: &AttributeValue) -> Result<u64, BoxError> {
    let count = value.as_n().ok().and_then(|number| number.parse().ok());
    count.ok_or_else(|| not_a_count(counter))
}

fn not_a_count(counter: &Item) -> BoxError {
    format!("a counter holds no number: {counter:?}").into()
}

/// Writes the marker of a view, on condition that there is none.
pub(crate) fn put_marker(table: &str, view: &View) -> Result<Put, BuildError> {
    Put::builder()
        .table_name(table)
        .set_item(Some(marker(view.event_id)))
        .item(ASSET_ID, AttributeValue::S(view.asset_id.to_string()))
        .item(USER_ID, AttributeValue::S(view.user_id.to_string()))
        .item(PLAYED_AT, AttributeValue::S(view.played_at.into()))
        .item(COUNTED_AT, AttributeValue::S(Timestamp::now().into()))
        .item(
            EXPIRES,
            AttributeValue::N(view.played_at.plus(MARKER_LIFE).as_secs().to_string()),
        )
        .condition_expression("attribute_not_exists(id)")
        .build()
}

/// Writes the tombstone of a user who is forgotten `now`. It lives as long as the marker of a play of that moment.
pub(crate) fn put_tombstone(table: &str, id: &UserId, now: Timestamp) -> Result<Put, BuildError> {
    Put::builder()
        .table_name(table)
        .set_item(Some(tombstone(id)))
        .item(USER_ID, AttributeValue::S(id.to_string()))
        .item(FORGOTTEN_AT, AttributeValue::S(now.into()))
        .item(EXPIRES, AttributeValue::N(now.plus(MARKER_LIFE).as_secs().to_string()))
        .build()
}

/// Deletes a user's counter, if there is one.
pub(crate) fn delete_user(table: &str, id: &UserId) -> Result<Delete, BuildError> {
    Delete::builder().table_name(table).set_key(Some(user(id))).build()
}

/// Adds to a user's counter. A new one starts at 0.
pub(crate) fn add_user_views(table: &str, counter: Item, views: usize) -> Result<Update, BuildError> {
    Update::builder()
        .table_name(table)
        .set_key(Some(counter))
        .update_expression("ADD #views :views")
        .expression_attribute_names("#views", VIEWS)
        .expression_attribute_values(":views", number(views))
        .build()
}

/// Adds to a shard of an asset's counter, in all and per day, and removes the days before the kept ones. A new shard
/// starts at 0.
pub(crate) fn add_asset_views(
    table: &str,
    shard: Item,
    views: &BTreeMap<Day, usize>,
    today: Day,
) -> Result<Update, BuildError> {
    let update = Update::builder()
        .table_name(table)
        .set_key(Some(shard))
        .expression_attribute_names("#views", VIEWS)
        .expression_attribute_values(":views", number(views.values().sum()));
    let mut added = vec!["#views :views".to_owned()];
    let update = views.iter().fold(update, |update, (day, views)| {
        let name = days::attribute(*day);
        added.push(format!("#{name} :{name}"));
        update
            .expression_attribute_names(format!("#{name}"), &name)
            .expression_attribute_values(format!(":{name}"), number(*views))
    });
    // DynamoDB refuses an update that adds to an attribute and removes it.
    let removed = days::removed(today).filter(|day| !views.contains_key(day));
    let removed: Vec<_> = removed.map(days::attribute).collect();
    let update = removed.iter().fold(update, |update, name| {
        update.expression_attribute_names(format!("#{name}"), name)
    });
    update
        .update_expression(format!("ADD {} REMOVE #{}", added.join(", "), removed.join(", #")))
        .build()
}

fn number(views: usize) -> AttributeValue {
    AttributeValue::N(views.to_string())
}
