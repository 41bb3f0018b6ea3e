//! `GET /events/asset/{assetId}/user/{userId}`

use platform::{BoxError, http, telemetry};
use reporting::Counts;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), BoxError> {
    telemetry::init();
    let counts = &Counts::connect().await?;
    http::run(|request| reporting::get_views(counts, request)).await
}
