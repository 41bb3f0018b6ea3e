"""Alarms: which of them go off for what users see and for what happens to views, and whom they notify."""

import pytest

from tests.template import template
from tests.template.cloudwatch import in_alarm, metrics
from tests.template.conftest import Stack

OWN = "videoms"  # The stack's name is the namespace of its metrics.
LAMBDA, SQS, GATEWAY = "AWS/Lambda", "AWS/SQS", "AWS/ApiGateway"


def test_every_alarm_notifies_the_topic_that_the_parameter_names():
    topic = "arn:aws:sns:eu-west-1:123456789012:alarms"
    stack = Stack(template.processed(AlarmTopicArn=topic))
    assert {name for name, alarm in stack.alarms.items() if alarm.get("AlarmActions") != [topic]} == set()


# What a function does.


@pytest.mark.parametrize("kind", ["Errors", "Throttles", "Slow"])
def test_each_function_has_an_alarm_of_each_kind_on_itself(stack, kind):
    metric = {"Slow": "Duration"}.get(kind, kind)
    for name in stack.functions:
        (watched,) = metrics(stack.alarms[name.removesuffix("Function") + kind])
        assert _dimensions(watched) == {"FunctionName": stack.functions[name]["FunctionName"]}
        assert (watched["Namespace"], watched["MetricName"]) == (LAMBDA, metric)


def test_a_function_is_slow_at_four_fifths_of_its_timeout(stack):
    for name, function in stack.functions.items():
        slow = stack.alarms[name.removesuffix("Function") + "Slow"]
        assert slow["ExtendedStatistic"] == "p99"
        assert slow["Threshold"] == function["Timeout"] * 1000 * 0.8, f"{name} has a timeout of {function['Timeout']} s"


@pytest.mark.parametrize(
    ("failures", "expected"),
    [
        ([100, 100], True),
        ([2, None, 2], True),
        ([2, None, None, 2], False),
        ([1, 1, 1], False),
        ([None, None], False),
    ],
    ids=str,
)
def test_a_function_that_answers_more_than_one_in_a_hundred_with_5xx_raises_an_alarm_within_three_minutes(
    stack, failures, expected
):
    data = {(OWN, "ServerErrors"): failures, (LAMBDA, "Invocations"): [100] * len(failures)}
    for function in _http_functions(stack):
        assert in_alarm(stack.alarms[f"{function}ServerErrors"], data) == expected, function


def test_a_functions_5xx_are_compared_with_its_own_invocations(stack):
    for function in _http_functions(stack):
        watched = metrics(stack.alarms[f"{function}ServerErrors"])
        assert [_dimensions(metric) for metric in watched] == [{"FunctionName": f"{OWN}-{function}"}] * 2


# What users see.


def test_plays_without_counts_raise_an_alarm(stack):
    alarm, plays = stack.alarms["DegradedAlarm"], [100, 100, 100]
    assert in_alarm(alarm, {(OWN, "Degraded"): [2, None, 2], (LAMBDA, "Invocations"): plays})
    assert not in_alarm(alarm, {(OWN, "Degraded"): [1, 1, 1], (LAMBDA, "Invocations"): plays})
    assert _dimensions(metrics(alarm)[1]) == {"FunctionName": f"{OWN}-Play"}


def test_a_5xx_of_the_api_raises_an_alarm_even_if_no_function_answered_it(stack):
    alarm, requests = stack.alarms["ApiErrorsAlarm"], [100, 100, 100]
    assert in_alarm(alarm, {(GATEWAY, "5xx"): [2, 0, 2], (GATEWAY, "Count"): requests})
    assert not in_alarm(alarm, {(GATEWAY, "5xx"): [1, 1, 1], (GATEWAY, "Count"): requests})
    assert [_dimensions(metric) for metric in metrics(alarm)] == [{"ApiId": {"Ref": "Api"}}] * 2


@pytest.mark.parametrize(
    ("alarm", "metric", "parameter"),
    [
        ("RequestsAlarm", "Count", "RequestsAlarmThreshold"),
        ("ClientErrorsAlarm", "4xx", "ClientErrorsAlarmThreshold"),
    ],
)
def test_abuse_raises_an_alarm_above_a_threshold_that_is_a_parameter(alarm, metric, parameter):
    alarm = Stack(template.processed(**{parameter: "10"})).alarms[alarm]
    assert in_alarm(alarm, {(GATEWAY, metric): [11] * 5})
    assert not in_alarm(alarm, {(GATEWAY, metric): [11, 11, 11, 11, 10]})


# What views meet.


@pytest.mark.parametrize(
    ("alarm", "metric", "of"),
    [
        ("ViewsNotPublishedAlarm", (OWN, "ViewsNotPublished"), {}),
        ("EventsDroppedAlarm", (LAMBDA, "AsyncEventsDropped"), {"FunctionName": f"{OWN}-CountViews"}),
        ("EventsLostAlarm", (LAMBDA, "DestinationDeliveryFailures"), {"FunctionName": f"{OWN}-CountViews"}),
        (
            "PoisonMessagesAlarm",
            (SQS, "NumberOfMessagesSent"),
            {"QueueName": {"Fn::GetAtt": ["PoisonQueue", "QueueName"]}},
        ),
    ],
)
def test_a_single_view_that_needs_a_person_raises_an_alarm(stack, alarm, metric, of):
    assert in_alarm(stack.alarms[alarm], {metric: [None, 1, None]})
    assert not in_alarm(stack.alarms[alarm], {metric: [None, 0, None]})
    assert _dimensions(stack.alarms[alarm]) == of


@pytest.mark.parametrize(
    ("alarm", "metric"),
    [("ViewsInvokedAlarm", "ViewsInvoked"), ("ViewsFailedAlarm", "ViewsFailed")],
)
def test_views_that_are_only_delayed_ring_if_it_lasts(stack, alarm, metric):
    assert in_alarm(stack.alarms[alarm], {(OWN, metric): [1, None, 1, None, 1]})
    assert not in_alarm(stack.alarms[alarm], {(OWN, metric): [9, 9, None, None, None, 9]})


def test_a_backlog_of_five_minutes_raises_an_alarm(stack):
    age = (SQS, "ApproximateAgeOfOldestMessage")
    assert in_alarm(stack.alarms["BacklogAlarm"], {age: [301, 302, 303]})
    assert not in_alarm(stack.alarms["BacklogAlarm"], {age: [300, 301, 302]})
    assert _dimensions(stack.alarms["BacklogAlarm"]) == {"QueueName": {"Fn::GetAtt": ["EventsQueue", "QueueName"]}}


@pytest.mark.parametrize(
    ("visible", "hidden", "expected"),
    [
        pytest.param([0, 0, 1], [0, 0, 0], True, id="the first dead letter"),
        pytest.param([None, None, 1], [None, None, 0], True, id="the first one after hours without data"),
        pytest.param([1, 1, 1, 2], [0, 0, 0, 0], True, id="a second one beside an old one"),
        pytest.param([1, 1, 1, 1], [0, 0, 0, 0], False, id="an old one alone"),
        pytest.param([2, 1, 0, 2], [0, 1, 2, 0], False, id="dead letters that are being read"),
        pytest.param([3, 2, 0], [0, 0, 0], False, id="a redrive"),
    ],
)
def test_a_dead_letter_raises_an_alarm_whatever_lies_there_already(stack, visible, hidden, expected):
    alarm = stack.alarms["DeadLettersAlarm"]
    data = {
        (SQS, "ApproximateNumberOfMessagesVisible"): visible,
        (SQS, "ApproximateNumberOfMessagesNotVisible"): hidden,
    }
    assert in_alarm(alarm, data) == expected
    queue = {"QueueName": {"Fn::GetAtt": ["DeadLetterQueue", "QueueName"]}}
    assert [_dimensions(metric) for metric in metrics(alarm)] == [queue] * 2


# What a gradual deployment rolls back on.


def test_a_gradual_deployment_rolls_back_on_what_a_version_of_the_function_can_do_wrong(gradual):
    groups = gradual.of_type("AWS::CodeDeploy::DeploymentGroup")
    assert len(groups) == len(gradual.functions)
    more = {
        "Play": {"DegradedAlarm", "ViewsInvokedAlarm", "ViewsNotPublishedAlarm"},
        "GetViews": {"DegradedAlarm"},
        "CountViews": {"ViewsFailedAlarm"},
    }
    http = _http_functions(gradual)
    for function in (name.removesuffix("Function") for name in gradual.functions):
        group = groups[f"{function}FunctionDeploymentGroup"]
        own = {f"{function}{kind}" for kind in ("Errors", "Slow", *["ServerErrors"] * (function in http))}
        watched = {alarm["Name"]["Ref"] for alarm in group["AlarmConfiguration"]["Alarms"]}
        assert watched == own | more.get(function, set()), f"the deployment of {function} is stopped by {watched}"
        assert "DEPLOYMENT_STOP_ON_ALARM" in group["AutoRollbackConfiguration"]["Events"]


def _http_functions(stack) -> set[str]:
    """Names of the functions that answer the API's routes."""
    integrations = [str(operation["x-amazon-apigateway-integration"]["uri"]) for operation in stack.routes.values()]
    names = {name.removesuffix("Function") for name in stack.functions}
    return {name for name in names if any(f"{name}FunctionAlias" in uri for uri in integrations)}


def _dimensions(metric: dict) -> dict:
    return {found["Name"]: found["Value"] for found in metric.get("Dimensions", [])}
