"""A first deploy: properties that AWS refuses, or that clash with what an account already has."""

import json

from tests.template import template
from tests.template.conftest import Stack


def test_no_policy_is_one_that_the_transform_refuses():
    assert "RetainExceptOnCreate" not in json.dumps(template.written())


def test_the_dashboards_of_two_regions_have_different_names(monkeypatch):
    names = set()
    for region in ("eu-west-1", "us-east-1"):
        monkeypatch.setitem(template.STACK, "AWS::Region", region)
        (dashboard,) = Stack(template.processed()).of_type("AWS::CloudWatch::Dashboard").values()
        names.add(dashboard["DashboardName"])
    assert names == {"videoms-eu-west-1", "videoms-us-east-1"}


def test_the_access_log_needs_no_entry_of_its_own_in_the_regions_resource_policy(stack):
    (stage,) = stack.of_type("AWS::ApiGatewayV2::Stage").values()
    group = stack.resources[stage["AccessLogSettings"]["DestinationArn"]["Fn::GetAtt"][0]]["Properties"]
    assert group["LogGroupName"].startswith("/aws/vendedlogs/videoms/")
