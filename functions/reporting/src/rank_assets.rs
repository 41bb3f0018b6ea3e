//! Ranks the assets by a scan of their counters, and removes days that no update will remove.

use std::time::Duration;

use aws_sdk_dynamodb::{
    Client,
    error::SdkError,
    operation::update_item::{UpdateItemError, UpdateItemOutput},
    types::AttributeValue,
};
use domain::{Day, Timestamp};
use futures_util::{Stream, StreamExt, TryStreamExt, stream};
use lambda_runtime::Context;
use platform::{
    BoxError,
    aws::{Clients, Service},
    config::{self, ConfigError},
};
use tokio::time::{Instant, timeout_at};

use crate::{
    Rankings, Tables, days,
    ranking::Ranking,
    rankings::Ranked,
    schema::{self, Item},
};

/// The parts of the table that are scanned at once, and the updates that are under way at once.
const SEGMENTS: i32 = 8;
/// The shards that one run removes days from. The others' turn comes with the next runs.
const MAX_OVERDUE: usize = 10_000;
/// The function's timeout. `timeouts.json` repeats it, and `tests/template` holds the template against that.
pub(crate) const TIMEOUT: Duration = Duration::from_mins(15);
/// The part of it that is left when the scan is given up, so that the log says why.
const MARGIN: Duration = Duration::from_secs(10);

/// Dependencies of the rank-assets handler.
#[derive(Debug)]
pub struct RankAssets {
    client: Client,
    counters: String,
    rankings: Rankings,
}

/// A shard with days that no update will remove.
struct Overdue {
    key: Item,
    /// The total as it was read.
    views: AttributeValue,
    /// The attributes of days before the kept ones.
    attributes: Vec<String>,
}

impl RankAssets {
    #[must_use]
    pub const fn new(client: Client, counters: String, rankings: Rankings) -> Self {
        Self {
            client,
            counters,
            rankings,
        }
    }

    /// The tables that `ASSET_COUNTERS_TABLE` and `RANKINGS_TABLE` name, with connections open.
    ///
    /// # Errors
    /// When a variable is missing.
    pub async fn connect() -> Result<Self, ConfigError> {
        let build = |clients: &Clients| {
            let counters = config::required(Tables::ASSET_COUNTERS)?;
            Ok(Self::new(clients.dynamodb(), counters, Rankings::from_env(clients)?))
        };
        Clients::connect(&[(Service::DynamoDb, SEGMENTS as usize)], build).await
    }

    /// Ranks the assets in the time that Lambda gives the invocation.
    ///
    /// # Errors
    /// When the time is over before every asset is read: no list is replaced then. When a table does not answer: the lists
    /// that were replaced by then stay.
    pub async fn handle(&self, context: &Context) -> Result<(), BoxError> {
        self.rank(platform::time_left(context, TIMEOUT)).await
    }

    /// Ranks the assets within this time.
    ///
    /// # Errors
    /// As [`Self::handle`].
    pub async fn rank(&self, time_left: Duration) -> Result<(), BoxError> {
        let as_of = Timestamp::now();
        let end = Instant::now() + time_left.saturating_sub(MARGIN);
        let scan = timeout_at(end, self.scan(as_of.into())).await;
        let (ranking, overdue) = scan.map_err(|_| "there are more assets than can be read in time")??;
        tracing::info!(assets = ranking.len(), overdue = overdue.len(), "ranked");
        for (window, assets) in ranking.lists() {
            self.rankings.replace(window, &Ranked { as_of, assets }).await?;
        }
        let removal = stream::iter(overdue).map(Ok);
        let removal = removal.try_for_each_concurrent(SEGMENTS as usize, |shard| self.remove(shard));
        // The shards that are left when the time is over are found again by the next run.
        timeout_at(end, removal).await.unwrap_or(Ok(()))
    }

    /// Reads every shard of every asset.
    async fn scan(&self, today: Day) -> Result<(Ranking, Vec<Overdue>), BoxError> {
        let (mut ranking, mut overdue) = (Ranking::default(), Vec::new());
        let mut pages = stream::select_all((0..SEGMENTS).map(|segment| Box::pin(self.pages(segment))));
        while let Some(page) = pages.try_next().await? {
            for shard in page {
                ranking.add(schema::id(&shard)?, &shard, today)?;
                if overdue.len() < MAX_OVERDUE {
                    overdue.extend(Overdue::find(shard, today));
                }
            }
        }
        Ok((ranking, overdue))
    }

    /// The pages of one segment.
    fn pages(&self, segment: i32) -> impl Stream<Item = Result<Vec<Item>, BoxError>> {
        // Some(None) is the beginning, and None the end.
        stream::try_unfold(Some(None), move |from: Option<Option<Item>>| async move {
            let Some(from) = from else {
                return Ok(None);
            };
            let request = self.client.scan().table_name(&self.counters);
            let request = request.segment(segment).total_segments(SEGMENTS);
            let page = Box::pin(request.set_exclusive_start_key(from).send()).await?;
            Ok(Some((
                page.items.unwrap_or_default(),
                page.last_evaluated_key.map(Some),
            )))
        })
    }

    /// Removes days from a shard, on condition that no view was counted on it since it was read.
    async fn remove(&self, shard: Overdue) -> Result<(), BoxError> {
        let request = self.client.update_item().table_name(&self.counters);
        let request = shard.attributes.iter().fold(request, |request, name| {
            request.expression_attribute_names(format!("#{name}"), name)
        });
        let request = request
            .set_key(Some(shard.key))
            .update_expression(format!("REMOVE #{}", shard.attributes.join(", #")))
            .condition_expression("#views = :views")
            .expression_attribute_names("#views", schema::VIEWS)
            .expression_attribute_values(":views", shard.views);
        removed(Box::pin(request.send()).await)
    }
}

/// A shard on which a view was or is being counted is not overdue any more, or the next run finds it again.
fn removed(result: Result<UpdateItemOutput, SdkError<UpdateItemError>>) -> Result<(), BoxError> {
    use UpdateItemError as E;
    match result {
        Err(error)
            if !matches!(
                error.as_service_error(),
                Some(E::ConditionalCheckFailedException(_) | E::TransactionConflictException(_))
            ) =>
        {
            Err(error.into())
        }
        _ => Ok(()),
    }
}

impl Overdue {
    /// The shard's days before the kept ones, if one of them is too old for an update to remove it. The first update would
    /// remove the others, but an asset that nobody watches has none.
    fn find(mut shard: Item, today: Day) -> Option<Self> {
        let attributes = shard.keys().filter_map(|name| Some((days::day(name)?, name)));
        let before: Vec<_> = attributes.filter(|(day, _)| !days::is_kept(*day, today)).collect();
        let is_overdue = before.iter().any(|(day, _)| !days::is_removed_by_updates(*day, today));
        let attributes = before.into_iter().map(|(_, name)| name.clone()).collect();
        if !is_overdue {
            return None;
        }
        let views = shard.remove(schema::VIEWS)?;
        shard.retain(|name, _| name == schema::ID || name == schema::SHARD);
        Some(Self {
            key: shard,
            views,
            attributes,
        })
    }
}
