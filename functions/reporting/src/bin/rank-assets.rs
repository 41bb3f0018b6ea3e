//! Invoked by the schedule of the rankings.

use std::process::ExitCode;

use lambda_runtime::{LambdaEvent, service_fn};
use reporting::RankAssets;
use serde::de::IgnoredAny;

fn main() -> ExitCode {
    platform::start(env!("CARGO_PKG_NAME"), async {
        let handler = &RankAssets::connect().await?;
        lambda_runtime::run(service_fn(async |event: LambdaEvent<IgnoredAny>| {
            handler.handle(&event.context).await
        }))
        .await
    })
}
