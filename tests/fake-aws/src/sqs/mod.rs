//! SQS: queues, its API, the rules for messages, and the trigger that hands batches to a function.

mod api;
mod queue;
mod rules;
mod trigger;

pub use api::Sqs;
pub use queue::{Message, Queue, Redrive, VISIBILITY};
pub use rules::MAX_SIZE;
pub use trigger::{Batch, Trigger};
