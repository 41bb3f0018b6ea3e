"""Metrics: no alarm and no graph is on a metric that nothing writes."""

import json
from pathlib import Path

import pytest

# A unit test of the crate holds this list of the metrics that the code can emit.
EMITTED = Path(__file__).resolve().parents[2] / "crates" / "platform" / "metrics.json"
OWN = "videoms"  # The stack's name is the namespace of its metrics.
# Metrics of AWS by namespace, each with its dimension, from the services' "Monitoring" pages.
OF_AWS = {
    "AWS/Lambda": (
        "FunctionName",
        {"Invocations", "Errors", "Throttles", "Duration", "AsyncEventsDropped", "DestinationDeliveryFailures"},
    ),
    "AWS/SQS": (
        "QueueName",
        {"ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage", "NumberOfMessagesSent"},
    ),
    "AWS/DynamoDB": ("TableName", {"ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits"}),
    "AWS/ApiGateway": ("ApiId", {"Count", "4xx", "5xx"}),
}


@pytest.fixture(scope="module")
def emitted():
    """The metrics that the code emits, each with its dimensions."""
    return {name: metric["dimensions"] for name, metric in json.loads(EMITTED.read_text()).items()}


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
    assert set(emitted) - {metric for namespace, metric, _ in drawn.values() if namespace == OWN} == set()


def test_an_alarm_on_an_unwritten_metric_is_found(emitted):
    wrong = {
        "our name": (OWN, "ViewsLost", []),
        "our dimension": (OWN, "ViewsCounted", ["FunctionName"]),
        "our missing dimension": (OWN, "ServerErrors", []),
        "a name of AWS": ("AWS/SQS", "NumberOfMessagesVisible", ["QueueName"]),
        "a dimension of AWS": ("AWS/Lambda", "Errors", []),
        "a namespace": ("AWS/Lamda", "Errors", ["FunctionName"]),
    }
    assert unwritten(wrong, emitted) == sorted(wrong)


def unwritten(metrics: dict, emitted: dict[str, list[str]]) -> list[str]:
    """Names of the metrics that neither the code nor AWS writes."""

    def is_written(namespace, metric, dimensions):
        if namespace == OWN:
            return dimensions == emitted.get(metric)
        dimension, names = OF_AWS.get(namespace, (None, set()))
        return metric in names and dimensions == [dimension]

    return sorted(name for name, metric in metrics.items() if not is_written(*metric))


def _dimensions(alarm: dict) -> list[str]:
    return [dimension["Name"] for dimension in alarm.get("Dimensions", [])]


def _text(body) -> str:
    return body["Fn::Sub"] if isinstance(body, dict) else body
