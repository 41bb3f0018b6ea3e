//! The process of a Lambda: its log, its runtime, and the error that ends it.

use std::process::ExitCode;

use tokio::runtime::Builder;

use crate::{
    BoxError,
    telemetry::{self, chain},
};

/// Runs `function` on one thread, with the log of `service` on. An error ends the process, and the log says which one.
///
/// Nothing may reach the log but by `telemetry`. An error that `main` returns is printed as text, to which Lambda's
/// filter assigns the level INFO.
pub fn start(service: &str, function: impl Future<Output = Result<(), BoxError>>) -> ExitCode {
    telemetry::init(service);
    let runtime = Builder::new_current_thread().enable_all().build();
    match runtime
        .map_err(BoxError::from)
        .and_then(|runtime| runtime.block_on(function))
    {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(cause = %chain(error.as_ref()), "the function can't go on");
            ExitCode::FAILURE
        }
    }
}
