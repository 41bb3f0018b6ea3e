//! `GET /events/asset/{assetId}`

use platform::{BoxError, http, telemetry};
use reporting::Counts;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), BoxError> {
    telemetry::init();
    let counts = &Counts::connect(1).await?;
    http::run(|request| reporting::get_asset_views(counts, request)).await
}
