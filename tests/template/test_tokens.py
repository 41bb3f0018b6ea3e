"""Tokens for play: the gateway requires them in one deployment, and play in the next."""

import pytest

from tests.template import template
from tests.template.conftest import Stack

TOKENS = {"JwtIssuer": "https://login.example.com/", "JwtAudience": "videoms"}
PLAY = "POST /play/asset/{assetId}/user/{userId}"
OPEN = [{"NONE": []}]
as_written = template.written


@pytest.fixture(scope="module")
def with_issuer():
    """The first deployment."""
    return Stack(template.processed(**TOKENS))


@pytest.fixture(scope="module")
def with_tokens():
    """The second deployment."""
    return Stack(template.processed(**TOKENS, RequireViewerToken="true"))


def test_play_is_open_without_an_issuer(stack):
    assert stack.routes[PLAY]["security"] == OPEN
    assert _requires_token(stack) == "false"


def test_an_issuer_makes_the_gateway_require_a_token_for_play_and_changes_no_other_route(stack, with_issuer):
    assert with_issuer.routes[PLAY]["security"] == [{"Viewer": []}]
    assert {route: operation["security"] for route, operation in with_issuer.routes.items() if route != PLAY} == {
        route: operation["security"] for route, operation in stack.routes.items() if route != PLAY
    }
    wanted = {"issuer": TOKENS["JwtIssuer"], "audience": [TOKENS["JwtAudience"]]}
    assert _authorizer(with_issuer)["jwtConfiguration"] == wanted


def test_an_issuer_alone_publishes_no_version_so_that_the_authorizer_comes_first(stack, with_issuer):
    assert _requires_token(with_issuer) == "false"
    assert with_issuer.of_type("AWS::Lambda::Version") == stack.of_type("AWS::Lambda::Version")


def test_play_requires_the_token_in_a_second_deployment_that_leaves_the_api_alone(with_issuer, with_tokens):
    assert _requires_token(with_tokens) == "true"
    assert with_tokens.of_type("AWS::ApiGatewayV2::Api") == with_issuer.of_type("AWS::ApiGatewayV2::Api")


def test_a_scope_is_required_of_the_token_for_play():
    stack = Stack(template.processed(**TOKENS, JwtScope="play"))
    assert stack.routes[PLAY]["security"] == [{"Viewer": ["play"]}]


def test_play_keeps_its_condition_where_sam_leaves_it_to_cloudformation(monkeypatch):
    """On AWS the condition may or may not be resolved before SAM sees the template."""
    monkeypatch.setattr(template, "written", _with_unknown_condition)
    play = Stack(template.processed()).routes[PLAY]
    condition, with_issuer, otherwise = play["security"]["Hidden::If"]
    assert (condition, list(with_issuer[0]), otherwise) == ("HasJwt", ["Viewer"], OPEN)
    assert play["x-amazon-apigateway-integration"]


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        ({}, False),
        ({"JwtIssuer": "https://login.example.com/"}, True),
        (TOKENS, False),
        ({**TOKENS, "RequireViewerToken": "true"}, False),
        ({"RequireViewerToken": "true"}, True),
    ],
    ids=str,
)
def test_a_deployment_that_would_open_play_or_shut_it_is_refused(given, refused):
    written = template.written()
    values = {name: parameter["Default"] for name, parameter in written["Parameters"].items()} | given
    broken = [name for name, rule in written["Rules"].items() if not _holds(rule, values)]
    assert bool(broken) == refused, broken


def _requires_token(stack) -> str:
    return stack.functions["PlayFunction"]["Environment"]["Variables"]["VIEWER_TOKEN_REQUIRED"]


def _authorizer(stack) -> dict:
    (api,) = stack.of_type("AWS::ApiGatewayV2::Api").values()
    return api["Body"]["components"]["securitySchemes"]["Viewer"]["x-amazon-apigateway-authorizer"]


def _holds(rule: dict, values: dict) -> bool:
    """Whether the assertions of a rule hold, if its condition does."""
    if not _true(rule["RuleCondition"], values):
        return True
    return all(_true(assertion["Assert"], values) for assertion in rule["Assertions"])


def _true(condition: dict, values: dict) -> bool:
    ((function, operands),) = condition.items()
    if function == "Fn::Not":
        return not _true(operands[0], values)
    assert function == "Fn::Equals"
    left, right = (values[found["Ref"]] if isinstance(found, dict) else found for found in operands)
    return left == right


def _with_unknown_condition() -> dict:
    """The template with the condition of play's route under a function that SAM can't resolve."""
    written = as_written()
    route = written["Resources"]["Api"]["Properties"]["DefinitionBody"]["paths"]["/play/asset/{assetId}/user/{userId}"]
    ((_, condition),) = route["post"]["security"].items()
    route["post"]["security"] = {"Hidden::If": condition}
    return written
