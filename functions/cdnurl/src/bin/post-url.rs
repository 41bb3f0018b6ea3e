//! `POST /url/asset/{assetId}`

use platform::{BoxError, aws::AssetTable, http, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), BoxError> {
    telemetry::init();
    let table = &AssetTable::connect("URL_TABLE").await?;
    http::run(|request| cdnurl::post_url(table, request)).await
}
