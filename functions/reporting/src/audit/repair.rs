//! Repairs the counters that an audit found wrong.

use std::{cmp::Reverse, collections::HashMap, time::Duration};

use aws_sdk_dynamodb::{
    Client,
    error::BuildError,
    types::{AttributeValue, ConditionCheck, TransactWriteItem, Update},
};
use domain::{Day, Timestamp};
use platform::BoxError;
use tokio::time::Instant;

use crate::{
    Tables,
    audit::{Audit, Difference, Snapshot, bounds::CLOCK_SKEW},
    days,
    schema::{self, Item, MARKER_LIFE, WINDOW},
    transaction::{self, Verdict},
};

/// The longest that the repair of one counter may take.
const LIMIT: Duration = Duration::from_secs(20);
/// The longest that a deployment takes to create the tables of a stack.
const LONGEST_CREATION: Duration = Duration::from_hours(1);

/// The repair of one counter.
#[derive(Debug)]
pub struct Repair {
    /// `asset#<assetId>`, `user#<userId>` or `day#<date>#<assetId>`.
    pub counter: String,
    pub before: u64,
    /// The count after the repair.
    pub after: Result<u64, Refused>,
}

/// The reason why a counter was left as it was.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    #[error("a marker may be missing since the counters that the audit started from")]
    Incomplete,
    #[error("the audit met items that can't be read")]
    Unreadable,
    #[error("its views were counted or forgotten within a minute of the audit")]
    Uncertain,
    #[error("it has changed since the audit read it")]
    Changed,
    #[error("it could not be written")]
    Failed(#[source] BoxError),
}

impl From<BuildError> for Refused {
    fn from(error: BuildError) -> Self {
        Self::Failed(error.into())
    }
}

impl Audit {
    /// Corrects each wrong counter whose right value is certain, and its value in the snapshot. Counting may go on.
    pub async fn repair(&mut self, client: &Client, tables: &Tables) -> Vec<Repair> {
        let are_whole = self.markers_are_whole(client, tables).await;
        let mut repairs = Vec::new();
        for difference in &self.differences {
            let after = match &are_whole {
                Ok(true) if self.unreadable.count > 0 => Err(Refused::Unreadable),
                Ok(true) => repair(client, tables, difference).await,
                Ok(false) => Err(Refused::Incomplete),
                Err(error) => Err(Refused::Failed(error.to_string().into())),
            };
            if let Ok(views) = after {
                self.now.counters.insert(difference.counter.clone(), views);
            }
            repairs.push(Repair {
                counter: difference.counter.clone(),
                before: difference.holds,
                after,
            });
        }
        repairs
    }

    /// The counters for a later audit to start from. One that is still wrong has the nearest value that its markers
    /// allow, so that the later audit finds it wrong as well.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn to_save(&self, client: &Client, tables: &Tables) -> Result<Snapshot, BoxError> {
        let mut saved = self.now.clone();
        if !self.differences.is_empty() && self.markers_are_whole(client, tables).await? {
            for wrong in &self.differences {
                let views = saved.counters.entry(wrong.counter.clone()).or_default();
                *views = (*views).clamp(*wrong.should_hold.start(), *wrong.should_hold.end());
            }
        }
        Ok(saved)
    }

    /// Whether each marker since the counters that the audit started from is still there. Without such counters it
    /// started with the first view.
    async fn markers_are_whole(&self, client: &Client, tables: &Tables) -> Result<bool, BoxError> {
        let since = match self.since {
            // A younger table, restored or made again, has lost markers since. A view that was counted while the counters
            // were read may be missing from them.
            Some((start, _)) => {
                let markers = Creation::of(client, &tables.markers).await?;
                (markers.time <= start).then(|| start.minus(CLOCK_SKEW))
            }
            None => before_the_first_view(client, tables).await?,
        };
        // A marker lives for at least this long after its view was counted, however late that was.
        let are_whole = |since: Timestamp| since.plus(MARKER_LIFE.saturating_sub(WINDOW)) > Timestamp::now();
        Ok(since.is_some_and(are_whole))
    }
}

/// The creation of the table of markers. None if its counters may be older: a restored table is a new one that holds what
/// another one held, and a table of markers that was made again has lost those of earlier views.
async fn before_the_first_view(client: &Client, tables: &Tables) -> Result<Option<Timestamp>, BoxError> {
    let markers = Creation::of(client, &tables.markers).await?;
    let users = Creation::of(client, &tables.user_counters).await?;
    let assets = Creation::of(client, &tables.asset_counters).await?;
    let are_new = [&markers, &users, &assets].iter().all(|table| !table.is_restore);
    let are_of_one_deployment = markers.time <= users.time.min(assets.time).plus(LONGEST_CREATION);
    Ok((are_new && are_of_one_deployment).then_some(markers.time))
}

/// The creation of a table.
struct Creation {
    time: Timestamp,
    /// Whether the table holds what another one held.
    is_restore: bool,
}

impl Creation {
    async fn of(client: &Client, table: &str) -> Result<Self, BoxError> {
        let described = Box::pin(client.describe_table().table_name(table).send()).await?;
        let table = described.table.ok_or("the table has no description")?;
        let created = table.creation_date_time.ok_or("the table has no date of creation")?;
        let since_1970 = Duration::from_millis(created.to_millis()?.try_into()?);
        Ok(Self {
            time: Timestamp::from(std::time::UNIX_EPOCH + since_1970),
            is_restore: table.restore_summary.is_some(),
        })
    }
}

/// Writes the right value of a counter in one transaction, on condition that each of its items is as it was read.
async fn repair(client: &Client, tables: &Tables, wrong: &Difference) -> Result<u64, Refused> {
    let right = *wrong.should_hold.start();
    if right != *wrong.should_hold.end() {
        return Err(Refused::Uncertain);
    }
    let counter = Counter::of(tables, &wrong.counter).map_err(Refused::Failed)?;
    let found = counter.read(client).await.map_err(Refused::Failed)?;
    if sum(&found) != u128::from(wrong.holds) {
        return Err(Refused::Changed);
    }
    let items = corrected(&found, right)
        .iter()
        .zip(&found)
        .map(|(right, found)| counter.write(found, *right))
        .collect::<Result<Vec<_>, _>>()?;
    // With a token, a transaction whose answer was lost is not taken for a change by somebody else.
    let token = format!("{:032x}", fastrand::u128(..));
    match transaction::send_until(client, items, Some(token), Instant::now() + LIMIT).await {
        Verdict::Committed => Ok(right),
        Verdict::ConditionsFailed(_) => Err(Refused::Changed),
        Verdict::Retry(cause) | Verdict::Reject(cause) | Verdict::Misconfigured(cause) => Err(Refused::Failed(cause)),
    }
}

/// A counter as DynamoDB stores it: one attribute, on one item or on several shards.
struct Counter<'a> {
    table: &'a str,
    id: &'a str,
    attribute: String,
    /// The key of its first item. None if it is in items of another counter, as a day is.
    first: Option<Item>,
}

/// An item of a counter: a user's counter or a shard of an asset's.
struct Part {
    key: Item,
    /// None if the item does not have the attribute.
    views: Option<u64>,
}

impl<'a> Counter<'a> {
    /// The counter with this name.
    fn of(tables: &'a Tables, name: &'a str) -> Result<Self, BoxError> {
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let key = |id| Item::from([(schema::ID.to_owned(), text(id))]);
        let (table, id, attribute, first) = match name.split_once('#') {
            Some(("user", id)) => (&tables.user_counters, id, schema::VIEWS.to_owned(), Some(key(id))),
            Some(("asset", id)) => {
                let mut first = key(id);
                first.insert(schema::SHARD.to_owned(), AttributeValue::N("0".to_owned()));
                (&tables.asset_counters, id, schema::VIEWS.to_owned(), Some(first))
            }
            Some(("day", day)) => {
                let (date, id) = day.split_once('#').ok_or("a day has no asset")?;
                let day = Day::try_from(date.to_owned()).map_err(|_| format!("{date} is not a day"))?;
                (&tables.asset_counters, id, days::attribute(day), None)
            }
            _ => return Err(format!("{name} is not a counter").into()),
        };
        Ok(Self {
            table,
            id,
            attribute,
            first,
        })
    }

    /// Reads the counter's items, the largest first. A counter without items gets one that does not exist yet.
    async fn read(&self, client: &Client) -> Result<Vec<Part>, BoxError> {
        let request = client.query().table_name(self.table).consistent_read(true);
        let request = request
            .key_condition_expression("id = :id")
            .expression_attribute_values(":id", AttributeValue::S(self.id.to_owned()));
        let items = Box::pin(request.send()).await?.items.unwrap_or_default();
        let mut parts = items
            .into_iter()
            .map(|item| self.part(item))
            .collect::<Result<Vec<_>, _>>()?;
        if parts.is_empty() {
            let key = self.first.clone().ok_or("the asset has no counter")?;
            parts.push(Part { key, views: None });
        }
        parts.sort_by_key(|part| Reverse(part.views));
        Ok(parts)
    }

    fn part(&self, mut item: Item) -> Result<Part, BoxError> {
        let number = |value: &AttributeValue| value.as_n().ok().and_then(|number| number.parse().ok());
        let views = item
            .get(&self.attribute)
            .map(|value| number(value).ok_or("a counter holds no number"));
        let views = views.transpose()?;
        item.retain(|name, _| name == schema::ID || name == schema::SHARD);
        Ok(Part { key: item, views })
    }

    /// Sets a part to `right` views, or checks it if that is what it has.
    fn write(&self, part: &Part, right: u64) -> Result<TransactWriteItem, BuildError> {
        let number = |views: u64| AttributeValue::N(views.to_string());
        let found = part.views.map(|views| (":found".to_owned(), number(views)));
        let condition = if found.is_some() {
            "#views = :found"
        } else {
            "attribute_not_exists(#views)"
        };
        if part.views.unwrap_or(0) == right {
            let check = ConditionCheck::builder()
                .table_name(self.table)
                .set_key(Some(part.key.clone()))
                .condition_expression(condition)
                .expression_attribute_names("#views", &self.attribute)
                .set_expression_attribute_values(found.map(|found| HashMap::from([found])));
            return Ok(TransactWriteItem::builder().condition_check(check.build()?).build());
        }
        let right = (":right".to_owned(), number(right));
        let update = Update::builder()
            .table_name(self.table)
            .set_key(Some(part.key.clone()))
            .update_expression("SET #views = :right")
            .condition_expression(condition)
            .expression_attribute_names("#views", &self.attribute)
            .set_expression_attribute_values(Some(found.into_iter().chain([right]).collect()));
        Ok(TransactWriteItem::builder().update(update.build()?).build())
    }
}

fn sum(parts: &[Part]) -> u128 {
    parts.iter().map(|part| u128::from(part.views.unwrap_or(0))).sum()
}

/// The views of each part when they add up to `right`. The difference goes onto the first part, or as far as that
/// has too few views to take away, onto the next ones.
fn corrected(parts: &[Part], right: u64) -> Vec<u64> {
    let mut views: Vec<_> = parts.iter().map(|part| part.views.unwrap_or(0)).collect();
    let holds = views.iter().sum::<u64>();
    views[0] += right.saturating_sub(holds);
    let mut surplus = holds.saturating_sub(right);
    for views in &mut views {
        let taken = surplus.min(*views);
        *views -= taken;
        surplus -= taken;
    }
    views
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(views: &[u64]) -> Vec<Part> {
        let part = |views: &u64| Part {
            key: Item::new(),
            views: Some(*views),
        };
        views.iter().map(part).collect()
    }

    #[test]
    fn the_difference_goes_onto_one_part_and_none_falls_below_zero() {
        assert_eq!(corrected(&parts(&[5, 3]), 10), [7, 3]);
        assert_eq!(corrected(&parts(&[5, 3]), 4), [1, 3]);
        assert_eq!(corrected(&parts(&[5, 3, 1]), 2), [0, 1, 1]);
        assert_eq!(corrected(&parts(&[5, 3]), 0), [0, 0]);
    }
}
