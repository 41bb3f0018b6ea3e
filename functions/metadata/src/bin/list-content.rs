//! `GET /content`

use std::process::ExitCode;

use platform::{aws::AssetTable, http};

fn main() -> ExitCode {
    platform::start(env!("CARGO_PKG_NAME"), async {
        let table = &AssetTable::connect("METADATA_TABLE").await?;
        http::run(|request| metadata::list_content(table, request)).await
    })
}
