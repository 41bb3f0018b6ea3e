//! `GET /events/asset/{assetId}/user/{userId}`

use std::process::ExitCode;

use platform::http;
use reporting::Counts;

fn main() -> ExitCode {
    platform::start(env!("CARGO_PKG_NAME"), async {
        let counts = &Counts::connect().await?;
        http::run(|request| reporting::get_views(counts, request)).await
    })
}
