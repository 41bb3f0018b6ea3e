//! `ops recover`: finds the views that could not be published or counted and queues them again.

mod decode;
mod files;
mod find;
mod send;

use std::{path::PathBuf, process::ExitCode};

use anyhow::Context;
use platform::aws::Clients;

use crate::{progress, words::counted};
pub use decode::text;
pub use files::read;
pub use find::{Found, find};
pub use send::send;

/// Queue the views in log files to be counted
///
/// Reads every form that a log of play comes in: lines, the output of aws logs or of Logs Insights, Firehose objects,
/// compressed or not. Reads the records of failed invocations that Lambda writes to S3 as well. A view keeps its id, so
/// recovering it twice counts it once.
///
/// Exits with 1 if it finds no view or can't read one.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Files, directories of them, or - for standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The URL of the stack's events queue
    #[arg(long, value_name = "URL", env = "EVENTS_QUEUE_URL")]
    events: String,
}

/// Recovers and prints how many views were sent.
///
/// # Errors
/// When a file can't be read or SQS does not accept a view.
pub async fn run(args: Args) -> anyhow::Result<ExitCode> {
    let Found { views, unreadable } = read(&args.files)?;
    if views.is_empty() && unreadable == 0 {
        println!("No view found. Is this the log of play, at level ERROR, of the right hours?");
        return Ok(ExitCode::FAILURE);
    }
    let views: Vec<_> = views.into_values().collect();
    let sqs = Clients::from_env()?.sqs();
    let bar = progress::bar(views.len(), "Views sent:");
    let sending = send(&sqs, &args.events, &views, |count| bar.inc(count as u64)).await;
    // Read before the bar finishes, because finishing moves it to its end.
    let sent = bar.position();
    bar.finish_and_clear();
    sending.with_context(|| format!("Sent {sent} of {}", counted(views.len(), "view")))?;
    println!("{} sent to the events queue", counted(views.len(), "view"));
    if unreadable == 0 {
        return Ok(ExitCode::SUCCESS);
    }
    println!(
        "{} can't be read. Search the files for playedAt.",
        counted(unreadable, "damaged view")
    );
    Ok(ExitCode::FAILURE)
}
