"""The schedule of rank-assets: its rule, its alarms, and the price that the runbook gives."""

import json
import re
from pathlib import Path

import pytest

from tests.template import template
from tests.template.cloudwatch import in_alarm
from tests.template.conftest import Stack

ROOT = Path(__file__).resolve().parents[2]
LAMBDA = "AWS/Lambda"
# | 10,000 | $0.62 | $15.11 |
ROW = re.compile(r"^\| ([\d,]+) \| \$([\d.]+) \| \$([\d.]+) \|$", re.MULTILINE)
# DynamoDB's size of a shard: an id of 36 characters, the shard's number, a total and 30 days in four digits each.
SHARD_BYTES = (2 + 36) + (5 + 2) + (5 + 5) + 30 * (6 + 3)
SHARDS = 16
# An eventually consistent read unit.
READ_UNIT_BYTES = 2 * 4096
# Four lists of 100 ids of 36 characters, by the kilobyte.
WRITE_UNITS = 4 * 6
RUNS = 730


def test_the_rule_invokes_the_alias_at_the_rate_that_the_parameter_names():
    stack = Stack(template.processed(RankingMinutes="90"))
    (rule,) = stack.of_type("AWS::Events::Rule").values()
    assert _text(rule["ScheduleExpression"]).replace("${RankingMinutes}", "90") == "rate(90 minutes)"
    assert rule["State"] == "ENABLED"
    alias = {"Ref": "RankAssetsFunctionAliaslive"}
    assert [target["Arn"] for target in rule["Targets"]] == [alias]
    permission = stack.resources["RankingPermission"]["Properties"]
    assert (permission["FunctionName"], permission["Principal"]) == (alias, "events.amazonaws.com")
    assert permission["SourceArn"] == {"Fn::GetAtt": ["RankingRule", "Arn"]}


@pytest.mark.parametrize(("minutes", "on"), [("0", False), ("2", True), ("60", True)])
def test_0_minutes_turn_the_rule_off(minutes, on):
    processed = template.processed(RankingMinutes=minutes)
    for name in ("RankingRule", "RankingPermission"):
        assert processed["Resources"][name]["Condition"] == "IsRanked"
    assert _holds(processed["Conditions"]["IsRanked"], {"RankingMinutes": minutes}) == on


def test_the_default_is_an_hour_and_the_least_two_minutes():
    parameter = template.written()["Parameters"]["RankingMinutes"]
    accepted = [number for number in range(11_000) if re.fullmatch(parameter["AllowedPattern"], str(number))]
    assert accepted == [0, *range(2, 10_000)]
    assert not re.fullmatch(parameter["AllowedPattern"], "")
    assert parameter["Default"] == "60"


@pytest.mark.parametrize("kind", ["Errors", "Throttles"])
def test_a_run_that_is_repeated_in_vain_raises_an_alarm_and_one_that_is_repeated_with_success_does_not(stack, kind):
    """Lambda repeats a run twice, within the hour that the alarm looks at, unless something says otherwise."""
    configured = [found["FunctionName"]["Ref"] for found in stack.of_type("AWS::Lambda::EventInvokeConfig").values()]
    assert "RankAssetsFunction" not in configured
    alarm = stack.alarms[f"RankAssets{kind}"]
    assert alarm["Period"] == 3600
    assert in_alarm(alarm, {(LAMBDA, kind): [None, 2, None]})
    assert not in_alarm(alarm, {(LAMBDA, kind): [1, None, 1]})


def test_a_single_slow_run_raises_an_alarm(stack):
    alarm = stack.alarms["RankAssetsSlow"]
    assert in_alarm(alarm, {(LAMBDA, "Duration"): [None, 720_001, None]})
    assert not in_alarm(alarm, {(LAMBDA, "Duration"): [720_000]})


def test_the_runbook_says_what_a_month_of_rankings_costs(stack):
    function = stack.functions["RankAssetsFunction"]
    dollars = json.loads((ROOT / "bench" / "prices.json").read_text())["dollars"]
    longest = function["Timeout"] * function["MemorySize"] / 1024 * dollars["Lambda GB-second, arm64"]
    rows = ROW.findall((ROOT / "docs" / "operations.md").read_text())
    assert [row[0] for row in rows] == ["10,000", "1,000,000"]
    for assets, of_dynamodb, of_lambda in rows:
        read_units = int(assets.replace(",", "")) * SHARDS * SHARD_BYTES / READ_UNIT_BYTES
        run = read_units * dollars["DynamoDB read unit"] + WRITE_UNITS * dollars["DynamoDB write unit"]
        assert float(of_dynamodb) == round(run * RUNS, 2)
        assert float(of_lambda) == round(longest * RUNS, 2)


def _text(value) -> str:
    return value["Fn::Sub"] if isinstance(value, dict) else value


def _holds(condition, values: dict) -> bool:
    """Whether a condition of the template holds. The SAM CLI may have evaluated it."""
    if isinstance(condition, bool):
        return condition
    ((function, operands),) = condition.items()
    if function == "Fn::Not":
        return not _holds(operands[0], values)
    assert function == "Fn::Equals"
    left, right = (values[found["Ref"]] if isinstance(found, dict) else found for found in operands)
    return left == right
