//! `DELETE /content/asset/{assetId}`

use std::process::ExitCode;

use platform::{aws::AssetTable, http};

fn main() -> ExitCode {
    platform::start(env!("CARGO_PKG_NAME"), async {
        let table = &AssetTable::connect("METADATA_TABLE").await?;
        http::run(|request| metadata::delete_content(table, request)).await
    })
}
