//! One `TransactWriteItems`, all or nothing, such as the markers of several views and the counters that they move.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::{
    Client,
    error::{BuildError, SdkError},
    operation::transact_write_items::TransactWriteItemsError,
    types::{CancellationReason, TransactWriteItem},
};
use domain::{Day, Timestamp, View};
use platform::BoxError;
use tokio::time::{Instant, timeout_at};

use crate::{Tables, backoff::Backoff, schema};

/// The result of a transaction.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// Everything is written.
    Committed,
    /// Nothing was written, because the conditions of the items with these indexes don't hold. When views are counted only
    /// markers have a condition and they come first, so these are the indexes of views that were counted before.
    ConditionsFailed(Vec<usize>),
    /// Nothing was written, or the result is unknown. The markers make a retry safe.
    Retry(BoxError),
    /// Nothing was written, and a retry with the same views would fail as well.
    Reject(BoxError),
    /// Nothing was written, and nothing can be: a table or a permission is missing.
    Misconfigured(BoxError),
}

/// Counts `views` in one transaction. An asset's views go to its shard number `shard`.
pub(crate) async fn write(client: &Client, tables: &Tables, views: &[View], shard: u32) -> Verdict {
    match transact_items(tables, views, shard) {
        Ok(items) => send(client, items, None).await,
        Err(error) => Verdict::Reject(error.into()),
    }
}

/// Writes `items` in one transaction. DynamoDB carries out a `token` once, however often it comes within ten minutes.
async fn send(client: &Client, items: Vec<TransactWriteItem>, token: Option<String>) -> Verdict {
    let request = client.transact_write_items().set_transact_items(Some(items));
    let request = request.set_client_request_token(token);
    match Box::pin(request.send()).await {
        Ok(_) => Verdict::Committed,
        Err(error) => classify(error),
    }
}

/// Sends `items` until they are written or `deadline` comes. The verdict is to retry only if there is no time for that.
pub(crate) async fn send_until(
    client: &Client,
    items: Vec<TransactWriteItem>,
    token: Option<String>,
    deadline: Instant,
) -> Verdict {
    let mut backoff = Backoff::new();
    loop {
        let sent = timeout_at(deadline, send(client, items.clone(), token.clone())).await;
        match sent.unwrap_or_else(|late| Verdict::Retry(late.into())) {
            Verdict::Retry(_) if backoff.wait(deadline).await => {}
            verdict => return verdict,
        }
    }
}

/// The items of the transaction, markers first and in the order of the views.
fn transact_items(tables: &Tables, views: &[View], shard: u32) -> Result<Vec<TransactWriteItem>, BuildError> {
    let (mut users, mut assets) = (BTreeMap::new(), BTreeMap::<_, BTreeMap<_, _>>::new());
    for view in views {
        *users.entry(&view.user_id).or_insert(0) += 1;
        let days = assets.entry(&view.asset_id).or_default();
        *days.entry(Day::from(view.played_at)).or_insert(0) += 1;
    }
    let markers = views.iter().map(|view| {
        let put = schema::put_marker(&tables.markers, view)?;
        Ok(TransactWriteItem::builder().put(put).build())
    });
    let users = users
        .into_iter()
        .map(|(id, views)| schema::add_user_views(&tables.user_counters, schema::user(id), views));
    let today = Day::from(Timestamp::now());
    let assets = assets
        .into_iter()
        .map(|(id, views)| schema::add_asset_views(&tables.asset_counters, schema::shard(id, shard), &views, today));
    let counters = users.chain(assets).map(|update| {
        let update = TransactWriteItem::builder().update(update?);
        Ok(update.build())
    });
    markers.chain(counters).collect()
}

fn classify(error: SdkError<TransactWriteItemsError>) -> Verdict {
    use TransactWriteItemsError as E;
    match error.as_service_error() {
        Some(E::TransactionCanceledException(cancelled)) => {
            classify_reasons(cancelled.cancellation_reasons()).unwrap_or_else(|| Verdict::Reject(error.into()))
        }
        Some(E::ResourceNotFoundException(_)) => Verdict::Misconfigured(error.into()),
        Some(E::IdempotentParameterMismatchException(_)) => Verdict::Reject(error.into()),
        Some(other) if other.meta().code() == Some("AccessDeniedException") => Verdict::Misconfigured(error.into()),
        Some(other) if other.meta().code() == Some("ValidationException") => Verdict::Reject(error.into()),
        // Throttling, a conflict, an internal error of DynamoDB, or no answer at all.
        _ => Verdict::Retry(error.into()),
    }
}

/// Reads the reasons of a cancelled transaction, one per item. None if a retry would not help.
fn classify_reasons(reasons: &[CancellationReason]) -> Option<Verdict> {
    let code = |reason: &CancellationReason| reason.code().unwrap_or("None").to_owned();
    let codes: Vec<_> = reasons.iter().map(code).collect();
    let failed: Vec<_> = (0..codes.len())
        .filter(|index| codes[*index] == "ConditionalCheckFailed")
        .collect();
    if !failed.is_empty() {
        return Some(Verdict::ConditionsFailed(failed));
    }
    let is_transient = |code: &String| {
        [
            "None",
            "TransactionConflict",
            "ThrottlingError",
            "ProvisionedThroughputExceeded",
        ]
        .contains(&code.as_str())
    };
    let transient = !codes.is_empty() && codes.iter().all(is_transient);
    transient.then(|| Verdict::Retry(format!("transaction cancelled: {}", summary(&codes)).into()))
}

fn summary(codes: &[String]) -> String {
    let mut kinds: Vec<_> = codes.iter().filter(|code| *code != "None").cloned().collect();
    kinds.sort();
    kinds.dedup();
    kinds.join(", ")
}
