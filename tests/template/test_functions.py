"""Functions: one per binary, each with a log, a role and a sample event of its own."""

import json
import re
from pathlib import Path

from tests.template import template

ROOT = Path(__file__).resolve().parents[2]


def test_there_is_one_function_per_binary(stack):
    binaries = {source.stem for source in ROOT.glob("functions/*/src/bin/*.rs")}
    assert sorted(stack.binaries.values()) == sorted(binaries)
    for name, binary in stack.binaries.items():
        words = re.findall("[A-Z][a-z]+", name.removesuffix("Function"))
        assert binary == "-".join(words).lower(), f"{name} is built from {binary}"


def test_each_function_has_a_sample_event(stack):
    events = {path.stem for path in ROOT.glob("events/*.json")}
    assert events == set(stack.binaries.values())


def test_a_function_has_the_timeout_that_its_code_divides_among_its_work(stack):
    """A unit test of the crate holds each file to the code."""
    timeouts = {binary: stack.functions[name]["Timeout"] for name, binary in stack.binaries.items()}
    files = [json.loads(path.read_text()) for path in ROOT.glob("functions/*/timeouts.json")]
    divided = {name: seconds for file in files for name, seconds in file.items() if name != "counts"}
    assert set(divided) == {"play", "count-views", "rank-assets"}
    assert {name: timeouts[name] for name in divided} == divided


def test_a_view_is_not_counted_while_its_play_may_still_read_the_counts(stack):
    """Play adds one to the counts that it reads, so they must not include its view yet."""
    seconds = json.loads((ROOT / "functions" / "play" / "timeouts.json").read_text())
    [queue] = [queue for name, queue in stack.of_type("AWS::SQS::Queue").items() if name == "EventsQueue"]
    assert queue["DelaySeconds"] >= seconds["counts"]


def test_each_function_logs_to_a_group_of_its_own_that_expires(stack):
    groups = stack.of_type("AWS::Logs::LogGroup")
    used = [function["LoggingConfig"]["LogGroup"]["Ref"] for function in stack.functions.values()]
    assert len(set(used)) == len(stack.functions)
    assert [name for name, group in groups.items() if int(group.get("RetentionInDays", 0)) <= 0] == []
    for name, function in stack.functions.items():
        group = groups[function["LoggingConfig"]["LogGroup"]["Ref"]]
        assert group["LogGroupName"] == f"/aws/lambda/{function['FunctionName']}", (
            f"{name}'s log is not where people look"
        )


def test_no_log_level_drops_lines_that_lambda_takes_for_info(stack):
    """Metrics are such lines, and an alarm without its metric is silent."""
    assert template.written()["Parameters"]["LogLevel"]["AllowedValues"] == ["DEBUG", "INFO"]
    levels = {name: function["LoggingConfig"]["ApplicationLogLevel"] for name, function in stack.functions.items()}
    assert levels == {name: {"Ref": "LogLevel"} for name in levels}


def test_each_function_has_a_role_of_its_own(stack):
    roles = [function["Role"]["Fn::GetAtt"][0] for function in stack.functions.values()]
    assert sorted(roles) == sorted(stack.of_type("AWS::IAM::Role"))
    assert len(set(roles)) == len(roles)


def test_no_environment_holds_a_secret(stack):
    for name, function in stack.functions.items():
        variables = function["Environment"]["Variables"]
        suspects = [
            found for found in variables if re.search("SECRET|PASSWORD|TOKEN$|CREDENTIAL|PRIVATE|API_KEY", found)
        ]
        assert suspects == [], f"{name} carries {suspects}"
