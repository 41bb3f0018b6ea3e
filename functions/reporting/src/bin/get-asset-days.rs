//! `GET /events/asset/{assetId}/days`

use std::process::ExitCode;

use platform::http;
use reporting::AssetCounters;

fn main() -> ExitCode {
    platform::start(env!("CARGO_PKG_NAME"), async {
        let counters = &AssetCounters::connect().await?;
        http::run(|request| reporting::get_asset_days(counters, request)).await
    })
}
