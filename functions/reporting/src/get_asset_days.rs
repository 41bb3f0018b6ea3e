//! `GET /events/asset/{assetId}/days?days=`: an asset's views per day.

use domain::{Day, Number, Timestamp};
use lambda_http::Request;
use platform::http::{Error, Query, Reply, asset_id};
use serde_json::json;

use crate::{AssetCounters, days};

/// The number of days, all that are kept without the parameter.
type Days = Number<1, { days::KEPT }>;

/// Answers 200 `{"id","days":[{"date","views"}]}`: the last days in UTC with today, oldest first, 0 where nothing was
/// recorded. That is the answer for an unknown asset, too.
///
/// # Errors
/// 400 for a malformed id or `days`, 503 when the table does not answer.
pub async fn get_asset_days(counters: &AssetCounters, request: Request) -> Result<Reply, Error> {
    let id = asset_id(&request)?;
    let mut query = Query::of(&request);
    let number = query.take("days")?.unwrap_or(Days::GREATEST);
    query.finish()?;
    let today = Day::from(Timestamp::now());
    let days = counters.views_on(&id, days::last(number.get(), today)).await?;
    Ok(Reply::ok(&json!({"id": id, "days": days})).cacheable())
}
