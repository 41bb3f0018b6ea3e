//! `ops redrive`: has SQS send the dead letters back to the events queue.

mod tasks;

use std::{fmt, process::ExitCode, time::Duration};

use anyhow::bail;
use aws_sdk_sqs::Client;
use platform::aws::Clients;
use tokio::time::sleep;

use crate::{
    progress,
    queue::{Depth, Queue},
    words::counted,
};
pub use tasks::Progress;
use tasks::{Status, Task};

/// The time between two looks at a task.
const POLL: Duration = Duration::from_secs(1);

/// Send the dead letters back to the events queue
///
/// SQS moves them, and this command waits until it has. Interrupting the command does not stop SQS. Redriving twice does
/// no harm: a view is counted once.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The URL of the stack's dead-letter queue
    #[arg(long, value_name = "URL", env = "DEAD_LETTER_QUEUE_URL")]
    dead_letters: String,
    /// The URL of the stack's events queue
    #[arg(long, value_name = "URL", env = "EVENTS_QUEUE_URL")]
    events: String,
}

/// How a redrive ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Redriven {
    /// One that was started earlier is still under way. SQS runs one at a time.
    UnderWay(Progress),
    /// The number of messages that SQS has moved, and what the dead-letter queue holds afterwards.
    Done { moved: u64, left: Depth },
}

/// Redrives and prints how it ended.
///
/// # Errors
/// When SQS fails or stops the redrive.
pub async fn run(args: Args) -> anyhow::Result<ExitCode> {
    let sqs = Clients::from_env()?.sqs();
    let spinner = progress::spinner("Dead letters sent back:");
    let watch = |progress: Progress| spinner.set_position(progress.moved);
    let redriven = redrive(&sqs, &args.dead_letters, &args.events, watch).await;
    spinner.finish_and_clear();
    println!("{}", redriven?);
    Ok(ExitCode::SUCCESS)
}

/// Moves all messages from the queue at `from` to the queue at `to`. Calls `watch` with the progress so far.
///
/// # Errors
/// When SQS fails or stops the redrive. What was not moved is still in the queue.
pub async fn redrive(sqs: &Client, from: &str, to: &str, watch: impl Fn(Progress)) -> anyhow::Result<Redriven> {
    let (from, to) = (Queue::new(sqs, from), Queue::new(sqs, to));
    let source = from.arn().await?;
    let earlier = tasks::newest(sqs, &source).await?;
    if let Some(progress) = earlier.as_ref().and_then(Task::under_way) {
        return Ok(Redriven::UnderWay(progress));
    }
    if let Err(refused) = tasks::start(sqs, &source, &to.arn().await?).await {
        // Another operator may have started one in the meantime.
        let newest = tasks::newest(sqs, &source).await?;
        let progress = newest.as_ref().and_then(Task::under_way);
        return progress.map(Redriven::UnderWay).ok_or(refused);
    }
    let moved = follow(sqs, &source, earlier.map(|task| task.started), watch).await?;
    let left = from.depth().await?;
    Ok(Redriven::Done { moved, left })
}

/// Waits for the end of the task that follows the one started at `earlier`. Returns the number of messages it moved.
async fn follow(sqs: &Client, source: &str, earlier: Option<i64>, watch: impl Fn(Progress)) -> anyhow::Result<u64> {
    loop {
        let newest = tasks::newest(sqs, source).await?;
        // SQS may list a task a moment after it has started it.
        if let Some(task) = newest.filter(|task| Some(task.started) != earlier) {
            let moved = task.progress.moved;
            watch(task.progress);
            match task.status {
                Status::Running => {}
                Status::Completed => return Ok(moved),
                Status::Stopped(why) => bail!("SQS stopped the redrive after {}: {why}", counted(moved, "dead letter")),
            }
        }
        sleep(POLL).await;
    }
}

impl fmt::Display for Redriven {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (moved, left) = match self {
            Self::UnderWay(progress) => return write!(f, "A redrive is under way: {progress}."),
            Self::Done { moved, left } => (*moved, *left),
        };
        write!(f, "{} sent back.", counted(moved, "dead letter"))?;
        match (left.visible, left.in_flight) {
            (0, 0) => write!(f, " The dead-letter queue is empty."),
            (0, held) => write!(
                f,
                " About {held} in flight: another reader has received them. Redrive again when they are visible."
            ),
            (visible, 0) => write!(f, " The dead-letter queue now holds about {visible}."),
            (visible, held) => write!(
                f,
                " The dead-letter queue now holds about {visible}, and about {held} in flight."
            ),
        }
    }
}
