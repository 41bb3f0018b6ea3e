//! `DELETE /url/asset/{assetId}`

use std::process::ExitCode;

use platform::{aws::AssetTable, http};

fn main() -> ExitCode {
    platform::start(env!("CARGO_PKG_NAME"), async {
        let table = &AssetTable::connect("URL_TABLE").await?;
        http::run(|request| cdnurl::delete_url(table, request)).await
    })
}
