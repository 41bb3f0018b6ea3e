//! Business metrics in CloudWatch's embedded metric format (EMF): a JSON line in the log that CloudWatch turns into
//! metrics. See <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>.

use std::{
    io::{Write, stdout},
    sync::LazyLock,
};

use domain::Timestamp;
use serde_json::{Value, json};

use crate::{config, telemetry::correlation};

/// The highest level that Lambda's filter knows. An alarm must not fall silent because less is logged, and a search for
/// ERROR finds no metrics.
const LEVEL: &str = "FATAL";

/// The dimension of Lambda's own metrics.
const FUNCTION: &str = "FunctionName";

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

impl Metric {
    /// The dimensions. An alarm divides a metric by the invocations of the function, or takes the sum over the stack.
    const fn dimensions(self) -> &'static [&'static str] {
        match self {
            Self::ServerErrors => &[FUNCTION],
            _ => &[],
        }
    }
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
    /// Poison messages sent to their queue: not a view event, or outside the window.
    PoisonMessages: Count,
    /// Views that could not be counted this time and come again.
    ViewsFailed: Count,
    /// Milliseconds from play to count of the oldest view in a batch.
    AgeAtCounting: Milliseconds,
    /// Replies with status 500 or higher, by function. Lambda counts their invocations as successful. Those of health
    /// are among them, so that a version of it that only fails is rolled back too.
    ServerErrors: Count,
}

/// The origin of a metric.
struct Origin {
    namespace: String,
    function: String,
}

impl Origin {
    /// Reads `METRICS_NAMESPACE` and the function's name, which Lambda sets. Without them nothing is emitted.
    fn from_env() -> Option<Self> {
        Some(Self {
            namespace: config::optional("METRICS_NAMESPACE")?,
            function: config::optional("AWS_LAMBDA_FUNCTION_NAME")?,
        })
    }
}

static ORIGIN: LazyLock<Option<Origin>> = LazyLock::new(Origin::from_env);

/// Writes the measured values to the log as one line, without the zeros.
pub fn emit(measured: &[(Metric, u64)]) {
    let Some(origin) = ORIGIN.as_ref() else {
        return;
    };
    if let Some(line) = line(origin, Timestamp::now(), measured) {
        // A play must not fail because the log can't be written.
        let _ = writeln!(stdout().lock(), "{line}");
    }
}

fn line(origin: &Origin, now: Timestamp, measured: &[(Metric, u64)]) -> Option<Value> {
    let measured: Vec<_> = measured.iter().filter(|(_, value)| *value > 0).collect();
    if measured.is_empty() {
        return None;
    }
    let directives: Vec<_> = measured.iter().map(|(metric, _)| directive(origin, *metric)).collect();
    let mut line = json!({
        "timestamp": now,
        "level": LEVEL,
        "_aws": {"Timestamp": now.as_millis(), "CloudWatchMetrics": directives},
        FUNCTION: origin.function,
    });
    for (metric, value) in measured {
        line[metric.name()] = json!(value);
    }
    if let Some(id) = correlation::current() {
        line["correlationId"] = json!(id);
    }
    Some(line)
}

fn directive(origin: &Origin, metric: Metric) -> Value {
    json!({
        "Namespace": origin.namespace,
        "Dimensions": [metric.dimensions()],
        "Metrics": [{"Name": metric.name(), "Unit": metric.unit()}],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin() -> Origin {
        Origin {
            namespace: "videoms".to_owned(),
            function: "videoms-Play".to_owned(),
        }
    }

    /// `tests/template` reads the list, so that no alarm watches a metric that does not exist.
    #[test]
    fn the_list_beside_the_crate_has_every_metric_and_its_unit() {
        let entry = |metric: &Metric| json!({"unit": metric.unit(), "dimensions": metric.dimensions()});
        let all = Metric::ALL
            .iter()
            .map(|metric| (metric.name().to_owned(), entry(metric)));
        let listed: Value = serde_json::from_str(include_str!("../../metrics.json")).unwrap();
        assert_eq!(listed, Value::Object(all.collect()));
    }

    #[test]
    fn writes_one_line_in_the_embedded_metric_format() {
        let now = Timestamp::now();
        let directive = |metric: Metric, dimensions: Value| {
            let metrics = json!([{"Name": metric.name(), "Unit": metric.unit()}]);
            json!({"Namespace": "videoms", "Dimensions": dimensions, "Metrics": metrics})
        };
        let expected = json!({
            "timestamp": String::from(now),
            "level": "FATAL",
            "_aws": {"Timestamp": now.as_millis(), "CloudWatchMetrics": [
                directive(Metric::AgeAtCounting, json!([[]])),
                directive(Metric::ServerErrors, json!([["FunctionName"]])),
            ]},
            "FunctionName": "videoms-Play",
            "AgeAtCounting": 1_500,
            "ServerErrors": 1,
        });
        let measured = [(Metric::AgeAtCounting, 1_500), (Metric::ServerErrors, 1)];
        assert_eq!(line(&origin(), now, &measured), Some(expected));
    }

    #[tokio::test]
    async fn carries_the_correlation_id() {
        let id = "JKJaXmPLvHcESHA=".to_owned().try_into().ok();
        let line = correlation::scope(id, async {
            line(&origin(), Timestamp::now(), &[(Metric::Degraded, 1)])
        })
        .await;
        assert_eq!(line.unwrap()["correlationId"], "JKJaXmPLvHcESHA=");
    }

    #[test]
    fn only_zeros_write_no_line() {
        assert_eq!(line(&origin(), Timestamp::now(), &[(Metric::Degraded, 0)]), None);
    }
}
