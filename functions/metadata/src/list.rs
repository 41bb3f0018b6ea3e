//! `GET /content?limit=&cursor=`: the catalogue, page by page.

use domain::Number;
use lambda_http::Request;
use platform::{
    asset_endpoints::Identified,
    aws::{AssetTable, Page},
    http::{Error, Query, Reply},
};
use serde_json::json;

use crate::{Content, cursor::Cursor};

/// The length of a page.
type Limit = Number<1, 100>;

/// The length without the parameter.
const DEFAULT_LIMIT: u32 = 20;

/// Answers 200 `{"assets":[{"id","title","genre","summary"}],"next"}`, `limit` assets where there are so many. `next` is
/// the cursor of the next page, or null on the last one. The order means nothing.
///
/// # Errors
/// 400 for a malformed `limit` or `cursor` or another parameter, 503 when the table does not answer.
pub async fn list_content(table: &AssetTable, request: Request) -> Result<Reply, Error> {
    let mut query = Query::of(&request);
    let limit = query.take("limit")?.map_or(DEFAULT_LIMIT, Limit::get);
    let after = query.take("cursor")?.map(|Cursor(asset)| asset);
    query.finish()?;
    let page: Page<Identified<Content>> = table.list(after.as_ref(), limit as usize).await?;
    let last = page.records.last().filter(|_| !page.is_last);
    let next = last.map(|asset| Cursor(asset.id.clone()).to_string());
    Ok(Reply::ok(&json!({"assets": page.records, "next": next})).cacheable())
}
