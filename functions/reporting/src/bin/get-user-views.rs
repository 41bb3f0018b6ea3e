//! `GET /events/user/{userId}`

use std::process::ExitCode;

use platform::http;
use reporting::UserCounters;

fn main() -> ExitCode {
    platform::start(env!("CARGO_PKG_NAME"), async {
        let counters = &UserCounters::connect().await?;
        http::run(|request| reporting::get_user_views(counters, request)).await
    })
}
