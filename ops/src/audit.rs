//! `ops audit`: recomputes the view counters from the markers, compares, and repairs on demand.

use std::{
    fmt, fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context;
use platform::{aws::Clients, telemetry::chain};
use reporting::{
    Tables,
    audit::{Audit, Repair, Snapshot, audit},
};

use crate::{progress, words::counted};

/// Recompute the view counters from the markers and compare
///
/// Reads the three tables and changes nothing without --repair. Exits with 0 if every counter is right, with 1 if a
/// counter is wrong or an item can't be read, and with 2 if it could not look.
///
/// Markers expire 43 days after the play. From then on an audit has to start from the counters that an earlier one
/// saved.
///
/// A repair corrects a counter only if its right value is certain. The saved counters must be at most 22 days old, and
/// without any so must the tables, none of them restored. Every item must be readable, and none of the counter's views may
/// have been counted within a minute of the audit. Exits with 1 if it leaves a wrong counter.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Start from the counters that an earlier audit saved
    #[arg(long, value_name = "FILE")]
    since: Option<PathBuf>,
    /// Save the counters for a later audit, which finds those wrong again that are wrong now
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
    /// Correct the counters that are wrong
    #[arg(long)]
    repair: bool,
    /// The stack's table of markers
    #[arg(long, value_name = "TABLE", env = "MARKERS_TABLE")]
    markers: String,
    /// The stack's table of user counters
    #[arg(long, value_name = "TABLE", env = "USER_COUNTERS_TABLE")]
    user_counters: String,
    /// The stack's table of asset counters
    #[arg(long, value_name = "TABLE", env = "ASSET_COUNTERS_TABLE")]
    asset_counters: String,
}

/// Audits and prints the findings.
///
/// # Errors
/// When a table or a snapshot can't be read or the new snapshot can't be written.
pub async fn run(args: Args) -> anyhow::Result<ExitCode> {
    let base = args.since.as_deref().map(read).transpose()?.unwrap_or_default();
    let client = Clients::from_env()?.dynamodb();
    let tables = Tables {
        markers: args.markers,
        user_counters: args.user_counters,
        asset_counters: args.asset_counters,
    };
    let spinner = progress::spinner("Items read:");
    let mut found = audit(&client, &tables, base, |items| spinner.inc(items as u64)).await?;
    spinner.finish_and_clear();
    print!("{}", Findings(&found));
    let wrong = if args.repair {
        let repairs = found.repair(&client, &tables).await;
        print!("{}", repairs.iter().map(sentence).collect::<String>());
        repairs.iter().any(|repair| repair.after.is_err())
    } else {
        !found.differences.is_empty()
    };
    if let Some(file) = args.save {
        let saved = found.to_save(&client, &tables).await;
        write(&file, &saved.map_err(anyhow::Error::from_boxed)?)?;
    }
    Ok(if !wrong && found.unreadable.count == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn sentence(repair: &Repair) -> String {
    let Repair { counter, before, after } = repair;
    match after {
        Ok(after) => format!("{counter}: repaired, {before} before, {after} after\n"),
        Err(refused) => format!("{counter}: not repaired, because {}\n", chain(refused)),
    }
}

fn read(file: &Path) -> anyhow::Result<Snapshot> {
    let failed = || format!("Failed to read the snapshot {}", file.display());
    let text = fs::read_to_string(file).with_context(failed)?;
    serde_json::from_str(&text).with_context(failed)
}

fn write(file: &Path, snapshot: &Snapshot) -> anyhow::Result<()> {
    let text = serde_json::to_string(snapshot)?;
    fs::write(file, text).with_context(|| format!("Failed to write the snapshot {}", file.display()))
}

/// An audit's findings: one line per wrong counter and per unreadable item, and a sum.
struct Findings<'a>(&'a Audit);

impl fmt::Display for Findings<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Audit {
            markers,
            differences,
            unreadable,
            ..
        } = self.0;
        for wrong in differences {
            let (least, most) = (wrong.should_hold.start(), wrong.should_hold.end());
            let range = if least == most {
                least.to_string()
            } else {
                format!("{least} to {most}")
            };
            writeln!(f, "{}: holds {}, should hold {range}", wrong.counter, wrong.holds)?;
        }
        for example in &unreadable.examples {
            writeln!(f, "{example}")?;
        }
        let wrong = counted(differences.len(), "wrong counter");
        write!(f, "{}, {wrong}", counted(*markers, "marker"))?;
        match unreadable.count {
            0 => writeln!(f),
            count => writeln!(f, ", {} that can't be read", counted(count, "item")),
        }
    }
}
