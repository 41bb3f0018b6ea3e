//! Sends what is in the dead-letter queue back to the events queue, with `EVENTS_QUEUE_URL` and
//! `DEAD_LETTER_QUEUE_URL` set. A message that can never be counted comes back to the dead-letter queue.

use ops::redrive::{Redriven, redrive};
use platform::{BoxError, aws::Clients, config};

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let (from, to) = (
        config::required("DEAD_LETTER_QUEUE_URL")?,
        config::required("EVENTS_QUEUE_URL")?,
    );
    match redrive(&Clients::from_env()?.sqs(), &from, &to).await? {
        Redriven::BySqs => println!("redriving; the queue's metrics show how far it is"),
        Redriven::OneByOne(messages) => println!("{messages} dead letters sent back"),
    }
    Ok(())
}
