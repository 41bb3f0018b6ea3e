"""What every function has: a log that ends, a role of its own, alarms, and a deployment that they can stop."""

import json
import re
from pathlib import Path

import pytest
from tests.template import template
from tests.template.conftest import Stack

SOURCES = Path(__file__).resolve().parents[2] / "functions"
# What no version of a function has in it, and the machine that an architecture's own build is for.
UNVERSIONED = {"DeploymentPreference", "VersionDescription", "Environment", "Architectures"}


def test_there_is_a_function_for_each_binary_and_nothing_else(stack):
    binaries = {source.stem for source in SOURCES.glob("*/src/bin/*.rs")}
    built = {name: resource["Metadata"]["BuildProperties"]["Binary"] for name, resource in stack.resources.items() if _is_function(resource)}
    assert sorted(built.values()) == sorted(binaries)
    for name, binary in built.items():
        words = re.findall("[A-Z][a-z]+", name.removesuffix("Function"))
        assert binary == "-".join(words).lower(), f"{name} is built from {binary}"


def test_each_function_logs_to_a_group_of_its_own_that_forgets(stack):
    groups = stack.of_type("AWS::Logs::LogGroup")
    used = [function["LoggingConfig"]["LogGroup"]["Ref"] for function in stack.functions.values()]
    assert len(set(used)) == len(stack.functions)
    assert [name for name, group in groups.items() if int(group.get("RetentionInDays", 0)) <= 0] == []
    for name, function in stack.functions.items():
        group = groups[function["LoggingConfig"]["LogGroup"]["Ref"]]
        assert group["LogGroupName"] == f"/aws/lambda/{function['FunctionName']}", f"{name}'s log is not where people look"


def test_each_function_has_a_role_of_its_own(stack):
    roles = [function["Role"]["Fn::GetAtt"][0] for function in stack.functions.values()]
    assert sorted(roles) == sorted(stack.of_type("AWS::IAM::Role"))
    assert len(set(roles)) == len(roles)


def test_each_function_has_alarms_on_errors_throttles_and_duration(stack):
    alarms = stack.of_type("AWS::CloudWatch::Alarm").values()
    for name, function in stack.functions.items():
        metrics = sorted(alarm["MetricName"] for alarm in alarms if _watches(alarm, function))
        assert metrics == ["Duration", "Errors", "Throttles"], f"{name} has alarms on {metrics}"


def test_a_function_is_slow_at_four_fifths_of_its_timeout(stack):
    alarms = stack.of_type("AWS::CloudWatch::Alarm").values()
    for name, function in stack.functions.items():
        (slow,) = [alarm for alarm in alarms if _watches(alarm, function) and alarm["MetricName"] == "Duration"]
        assert slow["ExtendedStatistic"] == "p99"
        assert slow["Threshold"] == function["Timeout"] * 1000 * 0.8, f"{name} has a timeout of {function['Timeout']} s"


def test_every_alarm_tells_the_topic_that_the_parameter_names():
    stack = Stack(template.processed(AlarmTopicArn="arn:aws:sns:eu-west-1:123456789012:alarms"))
    alarms = stack.of_type("AWS::CloudWatch::Alarm").items()
    assert [name for name, alarm in alarms if len(alarm.get("AlarmActions", [])) != 1] == []


def test_a_gradual_deployment_of_a_function_rolls_back_on_its_alarms(gradual):
    groups = gradual.of_type("AWS::CodeDeploy::DeploymentGroup")
    assert len(groups) == len(gradual.functions)
    for name, function in gradual.functions.items():
        group = groups[f"{name}DeploymentGroup"]
        watched = {alarm["Name"]["Ref"] for alarm in group["AlarmConfiguration"]["Alarms"]}
        own = {f"{name.removesuffix('Function')}{kind}" for kind in ("Errors", "Slow")}
        assert watched == own, f"the deployment of {name} is stopped by {watched}"
        assert "DEPLOYMENT_STOP_ON_ALARM" in group["AutoRollbackConfiguration"]["Events"]


def test_the_queue_waits_six_times_the_timeout_of_its_function_and_then_gives_up(stack):
    queue = stack.resources["EventsQueue"]["Properties"]
    assert queue["VisibilityTimeout"] >= 6 * stack.functions["CountViewsFunction"]["Timeout"]
    assert queue["RedrivePolicy"]["deadLetterTargetArn"] == {"Fn::GetAtt": ["DeadLetterQueue", "Arn"]}
    (trigger,) = stack.of_type("AWS::Lambda::EventSourceMapping").values()
    assert trigger["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert 2 <= trigger["ScalingConfig"]["MaximumConcurrency"] <= 1000


def test_no_table_is_lost_with_its_stack_and_each_can_be_restored(stack):
    tables = {name: found for name, found in stack.resources.items() if found["Type"] == "AWS::DynamoDB::Table"}
    assert len(tables) == 3
    for name, table in tables.items():
        assert (table["DeletionPolicy"], table["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain"), name
        assert table["Properties"]["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}, name


@pytest.mark.parametrize(
    "change, changed",
    [
        ({"CacheSeconds": "0"}, {"Play"}),
        ({"CounterShards": "32"}, {"PostView", "CountViews"}),
        ({"JwtIssuer": "https://login.example.com/"}, {"Play"}),
    ],
    ids=str,
)
def test_a_changed_parameter_makes_new_versions_of_the_functions_that_have_it(stack, change, changed):
    before = _versions(stack)
    after = _versions(Stack(template.processed(**change)))
    assert {name for name in before if before[name] != after[name]} == changed


def test_what_parameters_change_in_globals_is_in_each_versions_description(stack):
    """SAM sees no change there; CloudFormation makes another version for another description."""
    globals_ = template.written()["Globals"]["Function"]
    taken = _parameters({name: found for name, found in globals_.items() if name not in UNVERSIONED})
    assert taken == {"LogLevel", "Tracing"}
    other = Stack(template.processed(LogLevel="DEBUG", Tracing="Active"))
    versions = {version["FunctionName"]["Ref"] for version in stack.of_type("AWS::Lambda::Version").values()}
    assert versions == set(stack.functions)
    assert _descriptions(stack) == {"LogLevel INFO, Tracing PassThrough"}
    assert _descriptions(other) == {"LogLevel DEBUG, Tracing Active"}


def test_no_property_of_a_function_hides_a_parameter_from_sam():
    """SAM on AWS works no Fn::If out, so that it would see no change: EndpointUrl alone, which AWS never has, may."""
    functions = [found["Properties"] for found in template.expanded()["Resources"].values() if found["Type"] == "AWS::Serverless::Function"]
    everything = json.dumps([functions, template.written()["Globals"]])
    assert everything.count("Fn::If") == everything.count('{"Fn::If": ["HasEndpointUrl"') == 1


def test_each_function_has_a_sample_event(stack):
    events = {path.stem for path in (SOURCES.parent / "events").glob("*.json")}
    built = {resource["Metadata"]["BuildProperties"]["Binary"] for resource in stack.resources.values() if _is_function(resource)}
    assert events == built


def test_no_environment_holds_a_secret(stack):
    for name, function in stack.functions.items():
        variables = function["Environment"]["Variables"]
        suspects = [variable for variable in variables if re.search("SECRET|PASSWORD|TOKEN$|CREDENTIAL|PRIVATE|API_KEY", variable)]
        assert suspects == [], f"{name} carries {suspects}"


def _is_function(resource: dict) -> bool:
    return resource["Type"] == "AWS::Lambda::Function"


def _versions(stack) -> dict[str, str]:
    """The logical name of each function's version, which has a hash of what is in it."""
    aliases = stack.of_type("AWS::Lambda::Alias").values()
    return {alias["FunctionName"]["Ref"].removesuffix("Function"): alias["FunctionVersion"]["Fn::GetAtt"][0] for alias in aliases}


def _descriptions(stack) -> set[str]:
    return {version["Description"] for version in stack.of_type("AWS::Lambda::Version").values()}


def _parameters(properties) -> set[str]:
    """The template's parameters that these properties refer to."""
    return set(re.findall(r'{"Ref": "(\w+)"}', json.dumps(properties)))


def _watches(alarm: dict, function: dict) -> bool:
    return {"Name": "FunctionName", "Value": function["FunctionName"]} in alarm.get("Dimensions", [])
