"""Alarms: each function has its own, each notifies the topic, and a gradual deployment rolls back on them."""

import pytest

from tests.template import template
from tests.template.conftest import Stack


def test_each_function_has_alarms_on_errors_throttles_and_duration(stack):
    for name, function in stack.functions.items():
        metrics = {alarm["MetricName"] for alarm in stack.alarms.values() if _watches(alarm, function)}
        assert metrics >= {"Duration", "Errors", "Throttles"}, f"{name} has alarms on {metrics}"


@pytest.mark.parametrize(
    ("metric", "of"),
    [
        ("ViewsInvoked", None),
        ("ViewsNotPublished", None),
        ("AsyncEventsDropped", "CountViews"),
        ("DestinationDeliveryFailures", "CountViews"),
        ("ApproximateAgeOfOldestMessage", "EventsQueue"),
        ("ApproximateNumberOfMessagesVisible", "DeadLetterQueue"),
        ("NumberOfMessagesSent", "PoisonQueue"),
    ],
)
def test_a_view_that_leaves_the_straight_way_raises_an_alarm(stack, metric, of):
    (alarm,) = [alarm for alarm in stack.alarms.values() if alarm["MetricName"] == metric]
    assert (alarm["Threshold"] == 0) != (metric == "ApproximateAgeOfOldestMessage")
    assert [_owner(dimension["Value"]) for dimension in alarm.get("Dimensions", [])] == [of] * bool(of)


def test_a_function_is_slow_at_four_fifths_of_its_timeout(stack):
    for name, function in stack.functions.items():
        watching = [alarm for alarm in stack.alarms.values() if _watches(alarm, function)]
        (slow,) = [alarm for alarm in watching if alarm["MetricName"] == "Duration"]
        assert slow["ExtendedStatistic"] == "p99"
        assert slow["Threshold"] == function["Timeout"] * 1000 * 0.8, f"{name} has a timeout of {function['Timeout']} s"


def test_every_alarm_notifies_the_topic_that_the_parameter_names():
    topic = "arn:aws:sns:eu-west-1:123456789012:alarms"
    stack = Stack(template.processed(AlarmTopicArn=topic))
    assert {name for name, alarm in stack.alarms.items() if alarm.get("AlarmActions") != [topic]} == set()


def test_a_gradual_deployment_of_a_function_rolls_back_on_its_alarms(gradual):
    groups = gradual.of_type("AWS::CodeDeploy::DeploymentGroup")
    assert len(groups) == len(gradual.functions)
    for name in gradual.functions:
        group = groups[f"{name}DeploymentGroup"]
        watched = {alarm["Name"]["Ref"] for alarm in group["AlarmConfiguration"]["Alarms"]}
        own = {f"{name.removesuffix('Function')}{kind}" for kind in ("Errors", "Slow")}
        assert watched == own, f"the deployment of {name} is stopped by {watched}"
        assert "DEPLOYMENT_STOP_ON_ALARM" in group["AutoRollbackConfiguration"]["Events"]


def _watches(alarm: dict, function: dict) -> bool:
    return {"Name": "FunctionName", "Value": function["FunctionName"]} in alarm.get("Dimensions", [])


def _owner(value) -> str:
    """The function or queue that the value of a dimension names."""
    return value["Fn::GetAtt"][0] if isinstance(value, dict) else value.removeprefix("videoms-")
