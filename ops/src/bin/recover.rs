//! Sends the views that play could only log to the events queue: `recover FILE`, with `EVENTS_QUEUE_URL` set.
//! A view keeps its id, so recovering it twice counts it once.

use std::{env::args, error::Error, fs::read_to_string};

use platform::{aws::Clients, config};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let file = args().nth(1).ok_or("which log file? usage: recover FILE")?;
    let queue_url = config::required("EVENTS_QUEUE_URL")?;
    let sqs = Clients::from_env()?.sqs();
    let log = read_to_string(&file).map_err(|error| format!("{file} can't be read: {error}"))?;
    let mut sent = 0;
    for view in ops::recover::views(&log) {
        let message = sqs.send_message().queue_url(&queue_url);
        message.message_body(serde_json::to_string(&view)?).send().await?;
        sent += 1;
    }
    println!("{sent} views sent to the events queue");
    Ok(())
}
