"""Metrics: no alarm and no graph is on a metric that nothing writes."""

import json
from pathlib import Path

import pytest

from tests.template.cloudwatch import metrics

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
        {
            "ApproximateNumberOfMessagesVisible",
            "ApproximateNumberOfMessagesNotVisible",
            "ApproximateAgeOfOldestMessage",
            "NumberOfMessagesSent",
        },
    ),
    "AWS/DynamoDB": ("TableName", {"ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits"}),
    "AWS/ApiGateway": ("ApiId", {"Count", "4xx", "5xx"}),
}


@pytest.fixture(scope="module")
def emitted():
    """The dimensions of each metric that the code emits."""
    return {name: metric["dimensions"] for name, metric in json.loads(EMITTED.read_text()).items()}


@pytest.fixture(scope="module")
def alarmed(stack):
    return {
        (name, metric["MetricName"]): _key(metric) for name, alarm in stack.alarms.items() for metric in metrics(alarm)
    }


@pytest.fixture(scope="module")
def drawn(stack):
    (dashboard,) = stack.of_type("AWS::CloudWatch::Dashboard").values()
    widgets = json.loads(_text(dashboard["DashboardBody"]))["widgets"]
    lines = [line for widget in widgets for line in widget["properties"].get("metrics", [])]
    rows = [[word for word in line if isinstance(word, str)] for line in lines]
    return {tuple(row): (row[0], row[1], row[2:3]) for row in rows}


def test_each_alarm_is_on_a_metric_that_is_written(alarmed, emitted):
    assert unwritten(alarmed, emitted) == []


def test_each_line_of_the_dashboard_is_a_metric_that_is_written(drawn, emitted):
    assert len(drawn) > 20
    assert unwritten(drawn, emitted) == []


def test_each_metric_that_the_code_emits_is_drawn(drawn, emitted):
    assert emitted.keys() - {metric for namespace, metric, _ in drawn.values() if namespace == OWN} == set()


def test_an_alarm_on_an_unwritten_metric_is_found(emitted):
    wrong = {
        ("our name",): (OWN, "ViewsLost", []),
        ("our dimension",): (OWN, "ViewsCounted", ["FunctionName"]),
        ("our lack of a dimension",): (OWN, "ServerErrors", []),
        ("a name of AWS",): ("AWS/SQS", "NumberOfMessagesVisible", ["QueueName"]),
        ("a dimension of AWS",): ("AWS/Lambda", "Errors", []),
        ("a namespace",): ("AWS/Lamda", "Errors", ["FunctionName"]),
    }
    assert unwritten(wrong, emitted) == sorted(wrong)


def unwritten(found: dict[tuple, tuple], emitted: dict[str, list]) -> list[tuple]:
    """Those of the metrics that neither the code nor AWS writes."""

    def is_written(namespace, metric, dimensions):
        if namespace == OWN:
            return emitted.get(metric) == dimensions
        dimension, names = OF_AWS.get(namespace, (None, set()))
        return metric in names and dimensions == [dimension]

    return sorted(name for name, metric in found.items() if not is_written(*metric))


def _key(metric: dict) -> tuple:
    dimensions = [dimension["Name"] for dimension in metric.get("Dimensions", [])]
    return metric["Namespace"], metric["MetricName"], dimensions


def _text(body) -> str:
    return body["Fn::Sub"] if isinstance(body, dict) else body
