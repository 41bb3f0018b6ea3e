//! One `TransactWriteItems`: the markers of some views and the counters they move, all or nothing.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::{
    Client,
    error::{BuildError, SdkError},
    operation::transact_write_items::TransactWriteItemsError,
    types::{CancellationReason, TransactWriteItem},
};
use common::{error::Cause, view::View};

use crate::items;

/// What became of a transaction.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// All views are counted.
    Committed,
    /// Nothing was written: these views, by index, have been counted before.
    Duplicates(Vec<usize>),
    /// Nothing was written, or nobody knows: worth another try, which the markers make safe.
    Busy(Cause),
    /// Nothing was written, and nothing will be.
    Refused(Cause),
}

/// Counts `views` in one transaction; an asset's views go to its shard of this number.
pub(crate) async fn write(client: &Client, table: &str, views: &[View], shard: u32) -> Verdict {
    let items = match transact_items(table, views, shard) {
        Ok(items) => items,
        Err(error) => return Verdict::Refused(error.into()),
    };
    match client
        .transact_write_items()
        .set_transact_items(Some(items))
        .send()
        .await
    {
        Ok(_) => Verdict::Committed,
        Err(error) => judge(error),
    }
}

/// The items of the transaction, markers first and in the order of the views.
fn transact_items(table: &str, views: &[View], shard: u32) -> Result<Vec<TransactWriteItem>, BuildError> {
    let (mut users, mut assets) = (BTreeMap::new(), BTreeMap::new());
    for view in views {
        *users.entry(&view.user_id).or_insert(0) += 1;
        *assets.entry(&view.asset_id).or_insert(0) += 1;
    }
    let markers = views.iter().map(|view| {
        let put = items::put_marker(table, view)?;
        Ok(TransactWriteItem::builder().put(put).build())
    });
    let users = users.into_iter().map(|(id, n)| (items::user(id), n));
    let assets = assets.into_iter().map(|(id, n)| (items::shard(id, shard), n));
    let counters = users.chain(assets).map(|(counter, n)| {
        let update = items::add_views(table, counter, n)?;
        Ok(TransactWriteItem::builder().update(update).build())
    });
    markers.chain(counters).collect()
}

fn judge(error: SdkError<TransactWriteItemsError>) -> Verdict {
    use TransactWriteItemsError as E;
    match error.as_service_error() {
        Some(E::TransactionCanceledException(cancelled)) => {
            judge_reasons(cancelled.cancellation_reasons()).unwrap_or_else(|| Verdict::Refused(error.into()))
        }
        Some(E::ResourceNotFoundException(_) | E::IdempotentParameterMismatchException(_)) => {
            Verdict::Refused(error.into())
        }
        Some(other)
            if matches!(
                other.meta().code(),
                Some("ValidationException" | "AccessDeniedException")
            ) =>
        {
            Verdict::Refused(error.into())
        }
        // Throttled, a conflict, an error of DynamoDB's own, or no answer at all.
        _ => Verdict::Busy(error.into()),
    }
}

/// Reads the reasons of a cancelled transaction, one an item. None when they hold something that a retry won't mend.
fn judge_reasons(reasons: &[CancellationReason]) -> Option<Verdict> {
    let code = |reason: &CancellationReason| reason.code().unwrap_or("None").to_owned();
    let codes: Vec<_> = reasons.iter().map(code).collect();
    // Only markers carry a condition, and they come first: the index is the view's.
    let duplicates: Vec<_> = (0..codes.len())
        .filter(|index| codes[*index] == "ConditionalCheckFailed")
        .collect();
    if !duplicates.is_empty() {
        return Some(Verdict::Duplicates(duplicates));
    }
    let passes = |code: &String| {
        [
            "None",
            "TransactionConflict",
            "ThrottlingError",
            "ProvisionedThroughputExceeded",
        ]
        .contains(&code.as_str())
    };
    let busy = !codes.is_empty() && codes.iter().all(passes);
    busy.then(|| Verdict::Busy(format!("transaction cancelled: {}", summary(&codes)).into()))
}

fn summary(codes: &[String]) -> String {
    let mut kinds: Vec<_> = codes.iter().filter(|code| *code != "None").cloned().collect();
    kinds.sort();
    kinds.dedup();
    kinds.join(", ")
}
