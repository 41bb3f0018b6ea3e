//! `GET /events/top?days=&limit=`: the most viewed assets, as rank-assets has found them.

use domain::Number;
use lambda_http::Request;
use platform::http::{Error, Query, Reply};
use serde_json::{Value, json};

use crate::{
    Rankings,
    ranking::{self, Window},
};

/// The length of the list.
type Limit = Number<1, { ranking::LENGTH }>;

/// The length without the parameter.
const DEFAULT_LIMIT: usize = 10;

/// Answers 200 `{"asOf","days","assets":[{"id","views"}]}`, the most viewed first and equal ones by id. Before the first
/// ranking the list is empty and `asOf` is null.
///
/// # Errors
/// 400 for malformed `days` or `limit`, 503 when the table does not answer.
pub async fn get_top_assets(rankings: &Rankings, request: Request) -> Result<Reply, Error> {
    let mut query = Query::of(&request);
    let window = query.take("days")?.unwrap_or(Window::WEEK);
    let limit = query
        .take("limit")?
        .map_or(DEFAULT_LIMIT, |limit: Limit| limit.get() as usize);
    query.finish()?;
    let ranked = rankings.read(window).await?;
    let (as_of, assets) = ranked.map(|ranked| (ranked.as_of, ranked.assets)).unzip();
    let assets = assets.into_iter().flatten().take(limit);
    let assets: Vec<Value> = assets.map(|(id, views)| json!({"id": id, "views": views})).collect();
    Ok(Reply::ok(&json!({"asOf": as_of, "days": window, "assets": assets})).cacheable())
}
