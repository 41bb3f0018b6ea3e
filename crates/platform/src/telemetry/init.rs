//! The log, in the format and from the level that Lambda is configured for.

use tracing::Level;
use tracing_subscriber::fmt;

use crate::config;

/// Writes log events to standard output, as JSON or text by `AWS_LAMBDA_LOG_FORMAT`, from `AWS_LAMBDA_LOG_LEVEL` on.
///
/// The runtime's own subscriber does the same with a filter language, which costs a regex engine.
pub fn init() {
    let level = config::optional("AWS_LAMBDA_LOG_LEVEL").and_then(|level| level.parse().ok());
    // Lambda adds the time.
    let log = fmt()
        .with_max_level(level.unwrap_or(Level::INFO))
        .with_target(false)
        .without_time();
    match config::optional("AWS_LAMBDA_LOG_FORMAT") {
        Some(format) if format.eq_ignore_ascii_case("json") => log.json().init(),
        _ => log.init(),
    }
}
