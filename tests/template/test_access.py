"""Access: routes, roles, and the policies of tables and queues."""

import pytest

from tests.template import template
from tests.template.conftest import Stack

SIGNED = [{"AWS_IAM": []}]
OPEN = [{"NONE": []}]
PLAY, HEALTH = "POST /play/asset/{assetId}/user/{userId}", "GET /health"


def test_every_route_but_play_and_health_requires_a_signature(stack):
    assert len(stack.routes) == 10
    security = {route: operation.get("security") for route, operation in stack.routes.items()}
    assert {route for route, wanted in security.items() if wanted != SIGNED} == {PLAY, HEALTH}
    assert (security[PLAY], security[HEALTH]) == (OPEN, OPEN)


@pytest.mark.parametrize("tracing", ["PassThrough", "Active"])
def test_each_statement_of_a_role_allows_one_action_on_one_resource(tracing):
    stack = Stack(template.processed(Tracing=tracing))
    for role, properties in stack.of_type("AWS::IAM::Role").items():
        for statement in _statements(properties):
            assert isinstance(statement["Action"], str), f"{role} allows several actions in one statement"
            assert "*" not in statement["Action"], f"{role} allows {statement['Action']}"
            assert "*" not in str(statement["Resource"]), (
                f"{role} allows {statement['Action']} on {statement['Resource']}"
            )
    managed = stack.of_type("AWS::IAM::ManagedPolicy")
    assert set(managed) == {"TracingPolicy"}, "only X-Ray has no ARNs"
    (statement,) = managed["TracingPolicy"]["PolicyDocument"]["Statement"]
    assert statement["Action"] == ["xray:PutTraceSegments", "xray:PutTelemetryRecords"]


def test_each_table_and_queue_refuses_plain_http(stack):
    tables, queues = stack.of_type("AWS::DynamoDB::Table"), stack.of_type("AWS::SQS::Queue")
    policies = {name: table["ResourcePolicy"]["PolicyDocument"] for name, table in tables.items()}
    for policy in stack.of_type("AWS::SQS::QueuePolicy").values():
        ((queue,), policies[queue]) = [found["Ref"] for found in policy["Queues"]], policy["PolicyDocument"]
    assert set(policies) == {*tables, *queues}
    for name, policy in policies.items():
        (statement,) = policy["Statement"]
        assert (statement["Effect"], statement["Principal"]) == ("Deny", "*"), name
        assert statement["Condition"] == {"Bool": {"aws:SecureTransport": False}}, name
        assert statement["Resource"] == _arn(name, tables), f"the policy of {name} is about {statement['Resource']}"


def test_the_stage_is_throttled_and_its_log_names_the_request(stack):
    (stage,) = stack.of_type("AWS::ApiGatewayV2::Stage").values()
    assert set(stage["DefaultRouteSettings"]) == {"ThrottlingRateLimit", "ThrottlingBurstLimit"}
    assert "$context.requestId" in stage["AccessLogSettings"]["Format"]


def _statements(role: dict) -> list[dict]:
    return [statement for policy in role["Policies"] for statement in policy["PolicyDocument"]["Statement"]]


def _arn(name: str, tables: dict[str, dict]):
    """The resource that the policy of a table or of a queue must name."""
    if name in tables:
        account = f"{template.STACK['AWS::Region']}:{template.STACK['AWS::AccountId']}"
        return f"arn:aws:dynamodb:{account}:table/{tables[name]['TableName']}"
    return {"Fn::GetAtt": [name, "Arn"]}
