//! The tasks with which SQS moves messages from one queue to another.

use std::fmt;

use anyhow::Context;
use aws_sdk_sqs::Client;

/// How far a task is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    pub moved: u64,
    /// About how many there were when the task began, where SQS knows.
    pub of: Option<u64>,
}

/// A task, as SQS lists it.
pub(super) struct Task {
    /// The time at which it was started. No two tasks of a queue have the same.
    pub(super) started: i64,
    pub(super) status: Status,
    pub(super) progress: Progress,
}

pub(super) enum Status {
    Running,
    Completed,
    /// The task failed or was cancelled, with the reason.
    Stopped(String),
}

impl Task {
    /// The progress of a task that has not ended.
    pub(super) fn under_way(&self) -> Option<Progress> {
        matches!(self.status, Status::Running).then_some(self.progress)
    }
}

/// Starts a task.
pub(super) async fn start(sqs: &Client, from: &str, to: &str) -> anyhow::Result<()> {
    let request = sqs.start_message_move_task().source_arn(from).destination_arn(to);
    let started = Box::pin(request.send()).await;
    started.with_context(|| format!("Failed to start a redrive from {from} to {to}"))?;
    Ok(())
}

/// The newest task of the queue with this ARN.
pub(super) async fn newest(sqs: &Client, source: &str) -> anyhow::Result<Option<Task>> {
    let request = sqs.list_message_move_tasks().source_arn(source).max_results(1);
    let listed = Box::pin(request.send()).await;
    let listed = listed.with_context(|| format!("Failed to list the redrives of {source}"))?;
    let newest = listed.results.unwrap_or_default().into_iter().next();
    Ok(newest.map(|task| Task {
        started: task.started_timestamp,
        status: match task.status.as_deref() {
            Some("RUNNING" | "CANCELLING") => Status::Running,
            Some("COMPLETED") => Status::Completed,
            Some("CANCELLED") => Status::Stopped("it was cancelled".to_owned()),
            _ => Status::Stopped(task.failure_reason.unwrap_or_else(|| "it gives no reason".to_owned())),
        },
        progress: Progress {
            moved: task.approximate_number_of_messages_moved.try_into().unwrap_or(0),
            of: task
                .approximate_number_of_messages_to_move
                .and_then(|all| all.try_into().ok()),
        },
    }))
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.of {
            Some(all) => write!(f, "{} of about {all} dead letters sent back", self.moved),
            None => write!(f, "{} dead letters sent back", self.moved),
        }
    }
}
