//! The endpoints of a service that keeps one record per asset.

use domain::{AssetId, Invalid};
use lambda_http::Request;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    aws::AssetTable,
    http::{Error, Fields, Reply, asset_id, fields},
};

/// An asset's record with its id, as it is answered.
#[derive(Serialize, Deserialize)]
pub struct Identified<R> {
    pub id: AssetId,
    #[serde(flatten)]
    record: R,
}

/// Answers 200 with the asset's `id` and the fields of its record.
///
/// # Errors
/// 400 for a malformed id, 404 for an unknown asset, 503 when the table does not answer.
pub async fn get<R: Serialize + DeserializeOwned>(table: &AssetTable, request: Request) -> Result<Reply, Error> {
    let id = asset_id(&request)?;
    match table.get::<R>(&id).await? {
        Some(record) => Ok(Reply::ok(&Identified { id, record })),
        None => Err(Error::AssetNotFound(id)),
    }
}

/// Replaces the asset's whole record with the body's fields and answers 200 `{"status":"ok"}`.
///
/// # Errors
/// 400, 413 or 415 for a malformed id or body, 503 when the table does not answer.
pub async fn post<R>(table: &AssetTable, request: Request) -> Result<Reply, Error>
where
    R: Serialize + TryFrom<Fields, Error = Invalid>,
{
    let id = asset_id(&request)?;
    let record = R::try_from(fields(&request)?)?;
    table.replace(&id, &record).await?;
    Ok(Reply::done())
}

/// Deletes the asset's record, if there is one, and answers 200 `{"status":"ok"}`.
///
/// # Errors
/// 400 for a malformed id, 503 when the table does not answer.
pub async fn delete(table: &AssetTable, request: Request) -> Result<Reply, Error> {
    table.delete(&asset_id(&request)?).await?;
    Ok(Reply::done())
}
