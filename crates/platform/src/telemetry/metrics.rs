//! Business metrics in CloudWatch's embedded metric format (EMF): a JSON line in the log that CloudWatch turns into
//! metrics. See <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>.

use std::{
    io::{Write, stdout},
    sync::LazyLock,
};

use domain::Timestamp;
use serde_json::{Value, json};

use crate::{config, telemetry::correlation};

/// Declares the metrics, so that neither their names nor their list can miss one.
macro_rules! metrics {
    ($($(#[$doc:meta])* $metric:ident: $unit:ident,)*) => {
        /// A metric. The template's alarms and dashboard use these names, see `metrics.json`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Metric {
            $($(#[$doc])* $metric,)*
        }

        impl Metric {
            #[cfg(test)]
            const ALL: &'static [Self] = &[$(Self::$metric),*];

            const fn name(self) -> &'static str {
                match self {
                    $(Self::$metric => stringify!($metric),)*
                }
            }

            const fn unit(self) -> &'static str {
                match self {
                    $(Self::$metric => stringify!($unit),)*
                }
            }
        }
    };
}

metrics! {
    /// Views that the queue rejected and that play sent by an asynchronous invocation.
    ViewsInvoked: Count,
    /// Views that play could only write to the log. An operator has to recover them.
    ViewsNotPublished: Count,
    /// Plays answered without counts.
    Degraded: Count,
    /// Views that moved their counters.
    ViewsCounted: Count,
    /// Events whose view had been counted before.
    Duplicates: Count,
    /// Poison messages sent to the dead-letter queue: not a view event, or too old.
    DeadLettered: Count,
    /// Views that could not be counted this time and come again.
    ViewsFailed: Count,
    /// Milliseconds from play to count of the oldest view in a batch.
    AgeAtCounting: Milliseconds,
}

/// The namespace, from `METRICS_NAMESPACE`. Without it nothing is emitted.
static NAMESPACE: LazyLock<Option<String>> = LazyLock::new(|| config::optional("METRICS_NAMESPACE"));

/// Writes the measured values to the log as one line, without the zeros.
pub fn emit(measured: &[(Metric, u64)]) {
    let Some(namespace) = NAMESPACE.as_deref() else {
        return;
    };
    if let Some(line) = line(namespace, Timestamp::now(), measured) {
        // A play must not fail because the log can't be written.
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

    /// `tests/template` reads the list, so that no alarm watches a metric that does not exist.
    #[test]
    fn the_list_beside_the_crate_has_every_metric_and_its_unit() {
        let all = Metric::ALL.iter().map(|metric| (metric.name(), metric.unit()));
        let listed: std::collections::BTreeMap<&str, &str> =
            serde_json::from_str(include_str!("../../metrics.json")).unwrap();
        assert_eq!(listed, all.collect());
    }

    #[test]
    fn writes_one_line_in_the_embedded_metric_format() {
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
    async fn carries_the_correlation_id() {
        let id = "JKJaXmPLvHcESHA=".to_owned().try_into().ok();
        let line = correlation::scope(id, async {
            line("videoms", Timestamp::now(), &[(Metric::Degraded, 1)])
        })
        .await;
        assert_eq!(line.unwrap()["correlationId"], "JKJaXmPLvHcESHA=");
    }

    #[test]
    fn only_zeros_write_no_line() {
        assert_eq!(line("videoms", Timestamp::now(), &[(Metric::Degraded, 0)]), None);
    }
}
