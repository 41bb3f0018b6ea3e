//! `ops export-user`: lists what is held about a user.

use std::process::ExitCode;

use anyhow::Context;
use domain::UserId;
use platform::aws::Clients;
use reporting::UserRecords;

use crate::{progress, words::counted};

/// Dollars per read unit, the list price of us-east-1.
const READ_UNIT: f64 = 0.125e-6;

/// List what is held about a user, as JSON
///
/// That is the user's counter, the tombstone of a deletion, and the marker of each view of the last 43 days. Markers have
/// no index by user, so the whole table is read, a read unit per 4 KB. The command says first what that costs. Logs and
/// queues, which may hold views as well, are not searched.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The user's id
    user: UserId,
    /// The stack's table of markers
    #[arg(long, value_name = "TABLE", env = "MARKERS_TABLE")]
    markers: String,
    /// The stack's table of user counters
    #[arg(long, value_name = "TABLE", env = "USER_COUNTERS_TABLE")]
    user_counters: String,
}

/// Prints the records.
///
/// # Errors
/// When a table can't be read.
pub async fn run(args: Args) -> anyhow::Result<ExitCode> {
    let records = UserRecords::new(Clients::from_env()?.dynamodb(), args.markers, args.user_counters);
    let size = records.size().await.map_err(anyhow::Error::from_boxed);
    let size = size.context("Failed to describe the table of markers")?;
    let units = size.read_units();
    #[expect(clippy::cast_precision_loss, reason = "a price to the cent")]
    let dollars = units as f64 * READ_UNIT;
    eprintln!(
        "Reading about {} takes {}, ${dollars:.2}.",
        counted(size.items, "marker"),
        counted(units, "read unit")
    );
    let bar = progress::bar(usize::try_from(size.items)?, "Markers read:");
    let export = records.export(&args.user, |items| bar.inc(items as u64)).await;
    let export = export
        .map_err(anyhow::Error::from_boxed)
        .context("Failed to read the records")?;
    bar.finish_and_clear();
    println!("{}", serde_json::to_string_pretty(&export)?);
    Ok(ExitCode::SUCCESS)
}
