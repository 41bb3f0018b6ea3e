//! A function that answers with its event, except for events that name what to do. The host's tests start it.

use std::{process::exit, time::SystemTime};

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda_runtime::run(service_fn(handle)).await
}

async fn handle(event: LambdaEvent<Value>) -> Result<Value, Error> {
    println!("{}", json!({"event": event.payload}));
    match event.payload.as_str() {
        Some("hang") => std::future::pending().await,
        Some("fail") => Err("failed on demand".into()),
        Some("exit") => exit(1),
        Some("deadline") => {
            let left = event.context.deadline().duration_since(SystemTime::now())?;
            Ok(json!(left.as_secs()))
        }
        _ => Ok(event.payload),
    }
}
