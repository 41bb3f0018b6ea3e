//! The log: one line per event, with a timestamp and a level, in the format and from the level that Lambda is configured
//! for.

use std::panic;

use tracing::{Subscriber, level_filters::LevelFilter};
use tracing_subscriber::{
    Layer,
    filter::Targets,
    fmt::{self, MakeWriter},
    layer::SubscriberExt,
    registry,
    util::SubscriberInitExt,
};

use crate::config;

/// The crates that log beside a service's own.
const SHARED: [&str; 2] = ["connector", "platform"];

/// The crate that opens a span with the id of Lambda's request.
const RUNTIME: &str = "lambda_runtime";

/// Writes log events to standard output, as JSON or text by `AWS_LAMBDA_LOG_FORMAT`. Lines of `service` and of the crates
/// that it shares begin at `AWS_LAMBDA_LOG_LEVEL`. A panic is logged like any other error.
pub(crate) fn init(service: &str) {
    let level = config::optional("AWS_LAMBDA_LOG_LEVEL").and_then(|level| level.parse().ok());
    let format = config::optional("AWS_LAMBDA_LOG_FORMAT").unwrap_or_default();
    let levels = levels(service, level.unwrap_or(LevelFilter::INFO));
    log(levels, format.eq_ignore_ascii_case("json"), std::io::stdout).init();
    panic::set_hook(Box::new(
        |panic| tracing::error!(cause = %panic, "the function panicked"),
    ));
}

/// The lowest level per crate. Third-party crates stay at WARN, because the SDK, hyper and rustls log so much at DEBUG that
/// it would cost more than the function. The runtime's own filter can do this too, but it links a regex engine.
fn levels(service: &str, level: LevelFilter) -> Targets {
    let ours = SHARED.into_iter().chain([service]).map(|ours| (ours, level));
    let levels = Targets::new().with_default(level.min(LevelFilter::WARN));
    levels.with_targets(ours).with_target(RUNTIME, LevelFilter::INFO)
}

/// Lambda's filter takes a line without `level`, or without an RFC 3339 `timestamp`, for INFO.
fn log<W>(levels: Targets, as_json: bool, writer: W) -> impl Subscriber + Send + Sync
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let lines = fmt::layer().with_target(false).with_writer(writer);
    let lines = if as_json { lines.json().boxed() } else { lines.boxed() };
    registry().with(lines).with(levels)
}

#[cfg(test)]
mod tests {
    use std::{
        io::{self, Write},
        sync::{Arc, Mutex},
    };

    use domain::Timestamp;
    use serde_json::Value;
    use tracing::subscriber::with_default;

    use super::*;

    #[derive(Clone, Default)]
    struct Output(Arc<Mutex<Vec<u8>>>);

    impl Write for Output {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// The lines that `work` logs in the service `play` at `level`.
    fn logged(level: LevelFilter, as_json: bool, work: impl FnOnce()) -> Vec<String> {
        let output = Output::default();
        let writer = output.clone();
        with_default(log(levels("play", level), as_json, move || writer.clone()), work);
        let bytes = output.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap().lines().map(str::to_owned).collect()
    }

    fn everything() {
        tracing::error!(target: "play::publisher", "error of ours");
        tracing::warn!(target: "hyper_util::client", "warning of others");
        tracing::info!(target: "platform::http", "info of ours");
        tracing::info!(target: "aws_smithy_runtime::client", "info of others");
        tracing::debug!(target: "play::handler", "debug of ours");
        tracing::debug!(target: "connector::warm", "debug of ours");
        tracing::debug!(target: "rustls::client::hs", "debug of others");
        tracing::trace!(target: "play::handler", "trace of ours");
    }

    fn messages(level: LevelFilter) -> Vec<String> {
        let message = |line: &String| {
            let line: Value = serde_json::from_str(line).unwrap();
            line["fields"]["message"].as_str().unwrap().to_owned()
        };
        logged(level, true, everything).iter().map(message).collect()
    }

    #[test]
    fn every_json_line_has_a_timestamp_and_a_level() {
        let lines = logged(LevelFilter::DEBUG, true, everything);
        let lines: Vec<Value> = lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
        for line in &lines {
            let timestamp = line["timestamp"].as_str().unwrap().to_owned();
            assert!(Timestamp::try_from(timestamp).is_ok(), "{line}");
        }
        let levels: Vec<_> = lines.iter().map(|line| line["level"].as_str().unwrap()).collect();
        assert_eq!(levels, ["ERROR", "WARN", "INFO", "DEBUG", "DEBUG"]);
    }

    #[test]
    fn a_text_line_begins_with_its_time_and_level() {
        let lines = logged(LevelFilter::INFO, false, || tracing::warn!(target: "play", "careful"));
        let words: Vec<_> = lines[0].split_whitespace().collect();
        assert!(Timestamp::try_from(words[0].to_owned()).is_ok(), "{lines:?}");
        assert_eq!(words[1..], ["WARN", "careful"]);
    }

    #[test]
    fn debug_shows_our_own_crates_and_only_warnings_of_others() {
        let ours = [
            "error of ours",
            "warning of others",
            "info of ours",
            "debug of ours",
            "debug of ours",
        ];
        assert_eq!(messages(LevelFilter::DEBUG), ours);
        assert_eq!(messages(LevelFilter::INFO), ours[..3]);
        assert_eq!(messages(LevelFilter::WARN), ours[..2]);
        assert_eq!(messages(LevelFilter::ERROR), ours[..1]);
    }

    #[test]
    fn a_line_carries_the_id_of_lambdas_request_at_every_level() {
        let lines = logged(LevelFilter::ERROR, true, || {
            let request = tracing::info_span!(target: "lambda_runtime::layers", "invoke", requestId = "af9c3624");
            request.in_scope(|| tracing::error!(target: "play", "failed"));
        });
        let line: Value = serde_json::from_str(&lines[0]).unwrap();
        assert_eq!(line["spans"][0]["requestId"], "af9c3624");
    }
}
