//! `GET /events/top`

use std::process::ExitCode;

use platform::http;
use reporting::Rankings;

fn main() -> ExitCode {
    platform::start(env!("CARGO_PKG_NAME"), async {
        let rankings = &Rankings::connect().await?;
        http::run(|request| reporting::get_top_assets(rankings, request)).await
    })
}
