"""Open routes: each is throttled by itself, what a stranger can spend is said, and operators keep their share."""

import json
import re
from pathlib import Path

import pytest

from tests.template import template
from tests.template.conftest import Stack

ROOT = Path(__file__).resolve().parents[2]
SIGNED = [{"AWS_IAM": []}]
LIMITS = {"ThrottlingRateLimit", "ThrottlingBurstLimit"}
TOKENS = {"JwtIssuer": "https://login.example.com/", "JwtAudience": "videoms"}
SECONDS_PER_DAY = 86_400
MILLION = 1_000_000
# What a call of an open route makes at most. A view that is counted alone is received and deleted alone.
REQUESTS = {
    "POST /play/asset/{assetId}/user/{userId}": {
        "HTTP API request": 1,
        "Lambda request": 5,
        "SQS request": 3,
        "DynamoDB write unit": 6,
        "DynamoDB read unit": 3,
    },
    "GET /health": {"HTTP API request": 1, "Lambda request": 4, "SQS request": 2, "DynamoDB read unit": 3},
    "GET /events/asset/{assetId}/days": {"HTTP API request": 1, "Lambda request": 1, "DynamoDB read unit": 1},
}
# | `GET /health` | `OpenThrottleRate` 20 | $5 | $9 |
ROW = re.compile(r"^\| `(\w+ /[^`]*)` \| `(\w+)` (\d+) \| \$([\d.]+) \| \$(\d+) \|$", re.MULTILINE)


@pytest.mark.parametrize("parameters", [{}, TOKENS], ids=["open", "with tokens"])
def test_each_route_that_asks_for_no_signature_has_a_throttle_of_its_own(parameters):
    stack = Stack(template.processed(**parameters))
    unsigned = {route for route, operation in stack.routes.items() if operation["security"] != SIGNED}
    settings = _stage(stack)["RouteSettings"]
    assert set(settings) == unsigned
    assert {route: set(limits) for route, limits in settings.items()} == dict.fromkeys(unsigned, LIMITS)


def test_no_open_route_shares_the_throttle_of_operators():
    api = template.written()["Resources"]["Api"]["Properties"]
    default = {limit["Ref"] for limit in api["DefaultRouteSettings"].values()}
    assert default == {"ThrottleRate", "ThrottleBurst"}
    for route, limits in api["RouteSettings"].items():
        assert not default & {limit["Ref"] for limit in limits.values()}, route


def test_the_runbook_says_what_a_stranger_can_spend_on_each_open_route_in_a_day(stack):
    said = {row[0]: row[1:] for row in ROW.findall(_runbook())}
    api, defaults = template.written()["Resources"]["Api"]["Properties"], _defaults()
    assert set(said) == set(_stage(stack)["RouteSettings"])
    for route, (parameter, rate, per_million, per_day) in said.items():
        assert api["RouteSettings"][route]["ThrottlingRateLimit"] == {"Ref": parameter}
        assert int(rate) == defaults[parameter]
        assert int(per_day) == round(int(rate) * SECONDS_PER_DAY / MILLION * float(per_million)), route


@pytest.mark.parametrize("route", REQUESTS)
def test_that_price_covers_the_requests_that_a_call_makes_and_little_more(route):
    dollars = json.loads((ROOT / "bench" / "prices.json").read_text())["dollars"]
    per_million = sum(number * dollars[what] for what, number in REQUESTS[route].items()) * MILLION
    said = {row[0]: float(row[3]) for row in ROW.findall(_runbook())}[route]
    # The rest is computing time and log lines.
    assert per_million < said < per_million * 2


def test_the_alarm_on_requests_raises_an_alarm_at_half_of_the_plays_that_are_admitted():
    defaults = _defaults()
    assert defaults["RequestsAlarmThreshold"] == defaults["PlayThrottleRate"] * 60 / 2


def test_the_access_log_has_no_user_id_beside_an_address(stack):
    """A route's key has `{userId}` where the path has the id, and the caller is an operator's ARN."""
    variables = set(re.findall(r"\$context\.([\w.]+)", _stage(stack)["AccessLogSettings"]["Format"]))
    assert "identity.sourceIp" in variables
    assert "routeKey" in variables
    known = {"requestId", "requestTime", "status", "responseLength", "responseLatency", "integrationLatency"}
    assert variables - known == {"identity.sourceIp", "routeKey", "identity.userArn", "error.message"}


def test_nothing_is_reserved_or_provisioned_unless_a_parameter_says_so(stack):
    assert [name for name, found in stack.functions.items() if "ReservedConcurrentExecutions" in found] == []
    assert _provisioned(stack) == {}


def test_play_and_count_views_can_be_given_a_reservation_each():
    stack = Stack(template.processed(PlayReservedConcurrency="30", CountViewsReservedConcurrency="60"))
    reserved = {name: found.get("ReservedConcurrentExecutions") for name, found in stack.functions.items()}
    assert {name: value for name, value in reserved.items() if value} == {
        "PlayFunction": "30",
        "CountViewsFunction": "60",
    }


def test_a_reservation_of_count_views_holds_what_its_trigger_may_start(stack):
    pattern = template.written()["Parameters"]["CountViewsReservedConcurrency"]["AllowedPattern"]
    (trigger,) = stack.of_type("AWS::Lambda::EventSourceMapping").values()
    most = trigger["ScalingConfig"]["MaximumConcurrency"]
    accepted = [number for number in range(10_000) if re.fullmatch(pattern, str(number))]
    assert most < accepted[0]
    assert accepted == list(range(accepted[0], 10_000))
    assert re.fullmatch(pattern, "")


def test_play_and_what_it_invokes_can_be_kept_started():
    stack = Stack(template.processed(ProvisionedConcurrency="2"))
    variables = stack.functions["PlayFunction"]["Environment"]["Variables"]
    invoked = {found["Ref"].split("FunctionAlias")[0] for name, found in variables.items() if name.startswith("GET_")}
    assert invoked == {"GetContent", "GetUrl", "GetViews"}
    assert _provisioned(stack) == dict.fromkeys({"Play", *invoked}, "2")


@pytest.mark.parametrize(
    ("policy", "methods", "services"),
    [("reporter", {"GET"}, {"events"}), ("catalogue-editor", {"GET", "POST", "DELETE"}, {"content", "url"})],
)
def test_a_sample_policy_allows_its_signed_routes_and_nothing_else(stack, policy, methods, services):
    (statement,) = json.loads((ROOT / "docs" / "policies" / f"{policy}.json").read_text())["Statement"]
    assert (statement["Effect"], statement["Action"]) == ("Allow", "execute-api:Invoke")
    signed = [route.split(" ") for route, operation in stack.routes.items() if operation["security"] == SIGNED]
    wanted = [
        f"arn:aws:execute-api:REGION:ACCOUNT:API_ID/$default/{method}{re.sub('{[^}]*}', '*', path)}"
        for method, path in signed
        if method in methods and path.split("/")[1] in services
    ]
    assert sorted(statement["Resource"]) == sorted(wanted)


def _stage(stack) -> dict:
    (stage,) = stack.of_type("AWS::ApiGatewayV2::Stage").values()
    return stage


def _provisioned(stack) -> dict[str, str]:
    """The instances that are kept started, by the function's name."""
    aliases = stack.of_type("AWS::Lambda::Alias").values()
    return {
        alias["FunctionName"]["Ref"].removesuffix("Function"): kept["ProvisionedConcurrentExecutions"]
        for alias in aliases
        if (kept := alias.get("ProvisionedConcurrencyConfig"))
    }


def _defaults() -> dict:
    return {name: parameter["Default"] for name, parameter in template.written()["Parameters"].items()}


def _runbook() -> str:
    return (ROOT / "docs" / "operations.md").read_text()
