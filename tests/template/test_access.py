"""Who may do what: routes, roles, and the policies of tables and queues."""

import pytest

from tests.template import template
from tests.template.conftest import TOKENS, Stack

SIGNED = [{"AWS_IAM": []}]
OPEN = [{"NONE": []}]
PLAY, HEALTH = "POST /play/asset/{assetId}/user/{userId}", "GET /health"


def test_every_route_but_play_and_health_asks_for_a_signature(stack):
    assert len(stack.routes) == 10
    security = {route: operation.get("security") for route, operation in stack.routes.items()}
    assert {route for route, wanted in security.items() if wanted != SIGNED} == {PLAY, HEALTH}
    assert (security[PLAY], security[HEALTH]) == (OPEN, OPEN)


def test_with_an_issuer_play_asks_for_its_token_and_the_other_routes_are_as_they_were(stack, with_tokens):
    assert with_tokens.routes[PLAY]["security"] == [{"Viewer": []}]
    assert {route: operation["security"] for route, operation in with_tokens.routes.items() if route != PLAY} == {
        route: operation["security"] for route, operation in stack.routes.items() if route != PLAY
    }
    (api,) = with_tokens.of_type("AWS::ApiGatewayV2::Api").values()
    viewer = api["Body"]["components"]["securitySchemes"]["Viewer"]["x-amazon-apigateway-authorizer"]
    assert viewer["jwtConfiguration"] == {"issuer": TOKENS["JwtIssuer"], "audience": [TOKENS["JwtAudience"]]}
    assert with_tokens.functions["PlayFunction"]["Environment"]["Variables"]["VIEWER_TOKEN_ISSUER"] == TOKENS["JwtIssuer"]


def test_it_is_the_same_where_sam_leaves_the_condition_to_cloudformation(monkeypatch):
    """SAM on AWS may see the condition worked out already, or not."""
    monkeypatch.setattr(template, "written", _with_conditions_hidden)
    play = Stack(template.processed()).routes[PLAY]
    assert play["security"] == {"Hidden::If": ["HasJwt", [{"Viewer": []}], OPEN]}
    assert play["x-amazon-apigateway-integration"]


@pytest.mark.parametrize("tracing", ["PassThrough", "Active"])
def test_no_role_may_do_a_bare_anything_nor_anything_to_everything(tracing):
    stack = Stack(template.processed(Tracing=tracing))
    for role, properties in stack.of_type("AWS::IAM::Role").items():
        for statement in (statement for policy in properties["Policies"] for statement in policy["PolicyDocument"]["Statement"]):
            assert "*" not in str(statement["Action"]), f"{role} allows {statement['Action']}"
            assert isinstance(statement["Action"], str), f"{role} allows several actions in one statement"
            assert "*" not in str(statement["Resource"]), f"{role} allows {statement['Action']} on {statement['Resource']}"
    managed = stack.of_type("AWS::IAM::ManagedPolicy")
    assert set(managed) == {"TracingPolicy"}, "X-Ray is the only service without ARNs"
    (statement,) = managed["TracingPolicy"]["PolicyDocument"]["Statement"]
    assert statement["Action"] == ["xray:PutTraceSegments", "xray:PutTelemetryRecords"]


def test_each_table_and_queue_refuses_plain_http(stack):
    policies = [table["ResourcePolicy"]["PolicyDocument"] for table in stack.of_type("AWS::DynamoDB::Table").values()]
    policies += [policy["PolicyDocument"] for policy in stack.of_type("AWS::SQS::QueuePolicy").values()]
    assert len(policies) == 5
    for (statement,) in (policy["Statement"] for policy in policies):
        assert (statement["Effect"], statement["Principal"]) == ("Deny", "*")
        assert statement["Condition"] == {"Bool": {"aws:SecureTransport": False}}


def test_the_stage_is_throttled_and_logs_who_asked(stack):
    (stage,) = stack.of_type("AWS::ApiGatewayV2::Stage").values()
    assert set(stage["DefaultRouteSettings"]) == {"ThrottlingRateLimit", "ThrottlingBurstLimit"}
    assert "$context.requestId" in stage["AccessLogSettings"]["Format"]


WRITTEN = template.written


def _with_conditions_hidden() -> dict:
    """The template with play's condition under a name that nothing here can work out."""
    written = WRITTEN()
    route = written["Resources"]["Api"]["Properties"]["DefinitionBody"]["paths"]["/play/asset/{assetId}/user/{userId}"]
    ((_, condition),) = route["post"]["security"].items()
    route["post"]["security"] = {"Hidden::If": condition}
    return written
