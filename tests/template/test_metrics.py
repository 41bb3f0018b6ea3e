"""No alarm and no graph on a metric that nothing writes."""

import json
import re
from pathlib import Path

import pytest

METRICS = Path(__file__).resolve().parents[2] / "functions" / "common" / "src" / "metrics.rs"
FUNCTIONS = METRICS.parents[2]
OWN = "videoms"  # the stack's name is the metrics' namespace
# What AWS writes, with the dimension that it is asked for by, out of the services' "Monitoring" pages.
OF_AWS = {
    "AWS/Lambda": ("FunctionName", {"Invocations", "Errors", "Throttles", "Duration"}),
    "AWS/SQS": (
        "QueueName",
        {"ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage", "NumberOfMessagesSent"},
    ),
    "AWS/DynamoDB": ("TableName", {"ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits"}),
    "AWS/ApiGateway": ("ApiId", {"Count", "4xx", "5xx"}),
}


@pytest.fixture(scope="module")
def emitted():
    """The names of the metrics that the code emits: those it has a name for and hands to `emit` somewhere."""
    (name,) = re.findall(r"fn name\(self\).*?\n    }\n", METRICS.read_text(), re.DOTALL)
    names = dict(re.findall(r'Self::(\w+) => "(\w+)"', name))
    sources = [source.read_text() for source in FUNCTIONS.glob("*/src/**/*.rs") if source != METRICS]
    used = {metric for source in sources for metric in re.findall(r"\bMetric::(\w+)", source)}
    assert names, "the names are not where this test looks for them"
    return {name for metric, name in names.items() if metric in used}


@pytest.fixture(scope="module")
def alarmed(stack):
    alarms = stack.of_type("AWS::CloudWatch::Alarm").items()
    return {name: (alarm["Namespace"], alarm["MetricName"], _dimensions(alarm)) for name, alarm in alarms}


@pytest.fixture(scope="module")
def drawn(stack):
    (dashboard,) = stack.of_type("AWS::CloudWatch::Dashboard").values()
    widgets = json.loads(_text(dashboard["DashboardBody"]))["widgets"]
    lines = [line for widget in widgets for line in widget["properties"].get("metrics", [])]
    rows = [[word for word in line if isinstance(word, str)] for line in lines]
    return {" ".join(row): (row[0], row[1], row[2:3]) for row in rows}


def test_each_alarm_is_on_a_metric_that_is_written(alarmed, emitted):
    assert unwritten(alarmed, emitted) == []


def test_each_line_of_the_dashboard_is_a_metric_that_is_written(drawn, emitted):
    assert len(drawn) > 20
    assert unwritten(drawn, emitted) == []


def test_each_metric_that_the_code_emits_is_drawn(drawn, emitted):
    assert emitted - {metric for namespace, metric, _ in drawn.values() if namespace == OWN} == set()


def test_an_alarm_on_what_nothing_writes_would_be_found(emitted):
    wrong = {
        "a name of ours": (OWN, "ViewsLost", []),
        "a dimension of ours": (OWN, "ViewsCounted", ["FunctionName"]),
        "a name of AWS": ("AWS/SQS", "NumberOfMessagesVisible", ["QueueName"]),
        "a dimension of AWS": ("AWS/Lambda", "Errors", []),
        "a namespace": ("AWS/Lamda", "Errors", ["FunctionName"]),
    }
    assert unwritten(wrong, emitted) == sorted(wrong)


def test_views_are_watched_from_the_queue_to_the_dead_letters(alarmed):
    watched = {(namespace, metric) for namespace, metric, _ in alarmed.values()}
    assert watched >= {
        (OWN, "ViewsNotPublished"),
        ("AWS/SQS", "ApproximateNumberOfMessagesVisible"),
        ("AWS/SQS", "ApproximateAgeOfOldestMessage"),
    }


def unwritten(metrics: dict, emitted: set[str]) -> list[str]:
    """Those of the metrics that neither the code nor AWS writes."""

    def is_written(namespace, metric, dimensions):
        if namespace == OWN:
            return metric in emitted and dimensions == []
        dimension, names = OF_AWS.get(namespace, (None, set()))
        return metric in names and dimensions == [dimension]

    return sorted(name for name, metric in metrics.items() if not is_written(*metric))


def _dimensions(alarm: dict) -> list[str]:
    return [dimension["Name"] for dimension in alarm.get("Dimensions", [])]


def _text(body) -> str:
    return body["Fn::Sub"] if isinstance(body, dict) else body
