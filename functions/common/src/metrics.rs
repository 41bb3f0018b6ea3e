//! Business metrics in CloudWatch's embedded metric format: a line of JSON in the log, out of which CloudWatch makes
//! metrics. See <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>.

use std::{
    io::{Write, stdout},
    sync::LazyLock,
};

use serde_json::{Value, json};

use crate::{correlation, env, timestamp::Timestamp};

/// What is measured. The template's alarms and dashboard go by these names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metric {
    /// Views that the queue did not take, and play sent by an asynchronous invocation.
    ViewsInvoked,
    /// Views that play could only write to the log: an operator has to recover them.
    ViewsNotPublished,
    /// Plays answered without counts.
    Degraded,
    /// Views that moved their counters.
    ViewsCounted,
    /// Events of views that had been counted before.
    Duplicates,
    /// Messages parked in the dead-letter queue: no view events, or too old.
    DeadLettered,
    /// Views that could not be counted this time, and come again.
    ViewsFailed,
    /// Milliseconds from play to count, of the oldest view in a batch.
    AgeAtCounting,
}

impl Metric {
    const fn name(self) -> &'static str {
        match self {
            Self::ViewsInvoked => "ViewsInvoked",
            Self::ViewsNotPublished => "ViewsNotPublished",
            Self::Degraded => "Degraded",
            Self::ViewsCounted => "ViewsCounted",
            Self::Duplicates => "Duplicates",
            Self::DeadLettered => "DeadLettered",
            Self::ViewsFailed => "ViewsFailed",
            Self::AgeAtCounting => "AgeAtCounting",
        }
    }

    const fn unit(self) -> &'static str {
        match self {
            Self::AgeAtCounting => "Milliseconds",
            _ => "Count",
        }
    }
}

/// The namespace that `METRICS_NAMESPACE` names; without it nothing is measured.
static NAMESPACE: LazyLock<Option<String>> = LazyLock::new(|| env::optional("METRICS_NAMESPACE"));

/// Writes what was measured to the log, all in one line; zeros are left out.
pub fn emit(measured: &[(Metric, u64)]) {
    let Some(namespace) = NAMESPACE.as_deref() else {
        return;
    };
    if let Some(line) = line(namespace, Timestamp::now(), measured) {
        // A log that can't be written must not fail a play.
        let _ = writeln!(stdout().lock(), "{line}");
    }
}

fn line(namespace: &str, now: Timestamp, measured: &[(Metric, u64)]) -> Option<Value> {
    let measured: Vec<_> = measured.iter().filter(|(_, value)| *value > 0).collect();
    if measured.is_empty() {
        return None;
    }
    let names = measured
        .iter()
        .map(|(metric, _)| json!({"Name": metric.name(), "Unit": metric.unit()}));
    let directive = json!({"Namespace": namespace, "Dimensions": [[]], "Metrics": names.collect::<Vec<_>>()});
    let mut line = json!({"_aws": {"Timestamp": now.as_millis(), "CloudWatchMetrics": [directive]}});
    for (metric, value) in measured {
        line[metric.name()] = json!(value);
    }
    if let Some(id) = correlation::current() {
        line["correlationId"] = json!(id);
    }
    Some(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_one_line_of_the_embedded_metric_format() {
        let now = Timestamp::now();
        let line = line(
            "videoms",
            now,
            &[(Metric::ViewsCounted, 7), (Metric::AgeAtCounting, 1_500)],
        );
        let metrics = json!([
            {"Name": "ViewsCounted", "Unit": "Count"},
            {"Name": "AgeAtCounting", "Unit": "Milliseconds"},
        ]);
        let directive = json!({"Namespace": "videoms", "Dimensions": [[]], "Metrics": metrics});
        let expected = json!({
            "_aws": {"Timestamp": now.as_millis(), "CloudWatchMetrics": [directive]},
            "ViewsCounted": 7,
            "AgeAtCounting": 1_500,
        });
        assert_eq!(line, Some(expected));
    }

    #[tokio::test]
    async fn says_which_request_it_was() {
        let id = "JKJaXmPLvHcESHA=".to_owned().try_into().ok();
        let line = correlation::scope(id, async {
            line("videoms", Timestamp::now(), &[(Metric::Degraded, 1)])
        })
        .await;
        assert_eq!(line.unwrap()["correlationId"], "JKJaXmPLvHcESHA=");
    }

    #[test]
    fn zeros_are_not_worth_a_line() {
        assert_eq!(line("videoms", Timestamp::now(), &[(Metric::Degraded, 0)]), None);
    }
}
