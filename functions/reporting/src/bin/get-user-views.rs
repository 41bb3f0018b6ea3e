//! `GET /events/user/{userId}`

use platform::{BoxError, http, telemetry};
use reporting::UserCounters;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), BoxError> {
    telemetry::init();
    let counters = &UserCounters::connect().await?;
    http::run(|request| reporting::get_user_views(counters, request)).await
}
