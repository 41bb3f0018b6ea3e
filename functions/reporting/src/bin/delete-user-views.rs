//! `DELETE /events/user/{userId}`

use std::process::ExitCode;

use platform::http;
use reporting::UserRecords;

fn main() -> ExitCode {
    platform::start(env!("CARGO_PKG_NAME"), async {
        let records = &UserRecords::connect().await?;
        http::run(|request| reporting::delete_user_views(records, request)).await
    })
}
