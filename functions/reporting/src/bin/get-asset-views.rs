//! `GET /events/asset/{assetId}`

use platform::{BoxError, http, telemetry};
use reporting::AssetCounters;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), BoxError> {
    telemetry::init();
    let counters = &AssetCounters::connect().await?;
    http::run(|request| reporting::get_asset_views(counters, request)).await
}
