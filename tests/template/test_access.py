"""Access: routes, roles, and the policies of tables and queues."""

import pytest

from tests.template import template
from tests.template.conftest import Stack

SIGNED = [{"AWS_IAM": []}]
OPEN = [{"NONE": []}]
OPEN_ROUTES = {
    "POST /play/asset/{assetId}/user/{userId}",
    "GET /health",
    "HEAD /health",
    "GET /content",
    "GET /events/asset/{assetId}/days",
    "GET /events/top",
}


def test_every_route_requires_a_signature_but_play_health_and_open_reads(stack):
    assert len(stack.routes) == 17
    security = {route: operation.get("security") for route, operation in stack.routes.items()}
    assert {route for route, wanted in security.items() if wanted != SIGNED} == OPEN_ROUTES
    assert [security[route] for route in OPEN_ROUTES] == [OPEN] * len(OPEN_ROUTES)


def test_a_page_may_use_the_methods_of_the_routes_and_the_headers_of_a_signed_request(stack):
    (api,) = stack.of_type("AWS::ApiGatewayV2::Api").values()
    cors = api["Body"]["x-amazon-apigateway-cors"]
    assert sorted(cors["allowMethods"]) == sorted({route.split(" ")[0] for route in stack.routes})
    signing = {"authorization", "x-amz-content-sha256", "x-amz-date", "x-amz-security-token"}
    assert set(cors["allowHeaders"]) == signing | {"content-type", "idempotency-key"}
    assert cors["exposeHeaders"] == ["apigw-requestid"], "a page can't tell operators which request failed"


@pytest.mark.parametrize("tracing", ["PassThrough", "Active"])
def test_each_statement_of_a_role_allows_one_action_on_one_resource(tracing):
    stack = Stack(template.processed(Tracing=tracing))
    for function, allowed in stack.allowed.items():
        for action, resource in allowed:
            assert "*" not in action, f"{function} may {action}"
            # S3 has no ARN for objects that are yet to be written.
            on_objects = (action, resource) == ("s3:PutObject", "FailedEventsBucket.Arn/*")
            assert on_objects or "*" not in resource, f"{function} may {action} on {resource}"
    managed = stack.of_type("AWS::IAM::ManagedPolicy")
    assert set(managed) == {"TracingPolicy"}, "only X-Ray has no ARNs"
    (statement,) = managed["TracingPolicy"]["PolicyDocument"]["Statement"]
    assert statement["Action"] == ["xray:PutTraceSegments", "xray:PutTelemetryRecords"]


def test_each_function_may_write_its_own_log_and_no_other(stack):
    logs = {
        name: {found for found in allowed if found[0].startswith("logs:")} for name, allowed in stack.allowed.items()
    }
    actions = ("logs:CreateLogStream", "logs:PutLogEvents")
    assert logs == {name: {(action, f"{name}Log.Arn") for action in actions} for name in logs}


def test_each_table_queue_and_bucket_refuses_plain_http(stack):
    tables, queues = stack.of_type("AWS::DynamoDB::Table"), stack.of_type("AWS::SQS::Queue")
    policies = {name: table["ResourcePolicy"]["PolicyDocument"] for name, table in tables.items()}
    for policy in stack.of_type("AWS::SQS::QueuePolicy").values():
        ((queue,), policies[queue]) = [found["Ref"] for found in policy["Queues"]], policy["PolicyDocument"]
    for policy in stack.of_type("AWS::S3::BucketPolicy").values():
        policies[policy["Bucket"]["Ref"]] = policy["PolicyDocument"]
    assert set(policies) == {*tables, *queues, *stack.of_type("AWS::S3::Bucket")}
    for name, policy in policies.items():
        (statement,) = policy["Statement"]
        assert (statement["Effect"], statement["Principal"]) == ("Deny", "*"), name
        assert statement["Condition"] == {"Bool": {"aws:SecureTransport": False}}, name
        assert statement["Resource"] == _guarded(stack, name), f"the policy of {name} is about {statement['Resource']}"


def test_the_stage_is_throttled_and_its_log_names_the_request(stack):
    (stage,) = stack.of_type("AWS::ApiGatewayV2::Stage").values()
    assert set(stage["DefaultRouteSettings"]) == {"ThrottlingRateLimit", "ThrottlingBurstLimit"}
    assert "$context.requestId" in stage["AccessLogSettings"]["Format"]


def _guarded(stack, name: str):
    """The resource that the policy of a table, queue or bucket must name."""
    found, arn = stack.resources[name], {"Fn::GetAtt": [name, "Arn"]}
    if found["Type"] == "AWS::DynamoDB::Table":  # a table's policy can't refer to the table
        account = f"{template.STACK['AWS::Region']}:{template.STACK['AWS::AccountId']}"
        return f"arn:aws:dynamodb:{account}:table/{found['Properties']['TableName']}"
    if found["Type"] == "AWS::S3::Bucket":
        return [arn, f"${{{name}.Arn}}/*"]  # the SAM CLI drops an Fn::Sub that it can resolve only in part
    return arn
