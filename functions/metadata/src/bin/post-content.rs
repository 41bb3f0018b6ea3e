//! `POST /content/asset/{assetId}`

use platform::{BoxError, aws::AssetTable, http, telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), BoxError> {
    telemetry::init();
    let table = &AssetTable::connect("METADATA_TABLE").await?;
    http::run(|request| metadata::post_content(table, request)).await
}
