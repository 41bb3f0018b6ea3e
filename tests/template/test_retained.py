"""What a deleted stack leaves under a name can be imported or deleted, so that the next deployment does not fail."""

import json
import re
from unittest.mock import Mock

import pytest

from ops import retained


def test_each_resource_that_outlives_its_stack_under_a_name_is_imported(stack):
    named = {
        logical
        for logical, resource in stack.resources.items()
        if resource.get("DeletionPolicy") == "Retain" and _own_names(resource)
    }
    assert named == set(retained.template()["Resources"])
    assert named >= {"MetadataTable", "PlayLog", "CountViewsLog"}


def test_an_import_holds_nothing_that_cloudformation_refuses_there():
    template = retained.template()
    assert set(template) == {"AWSTemplateFormatVersion", "Parameters", "Resources"}
    assert {resource["DeletionPolicy"] for resource in template["Resources"].values()} == {"Retain"}
    assert not re.search("Fn::(?!Sub)", json.dumps(template)), "an import has no conditions and refers to nothing else"
    assert set(re.findall(r'{"Ref": "(\w+)"}', json.dumps(template))) == set(template["Parameters"])


def test_resources_are_looked_for_under_the_names_that_the_stack_gave_them(stack):
    for logical, resource in retained.template()["Resources"].items():
        assert _own_names(stack.resources[logical]) == {retained.physical_name(resource, "videoms")}


class NotFoundError(Exception):
    pass


@pytest.fixture
def account(monkeypatch) -> dict[str, int]:
    """The tables and log groups that exist, with their numbers of items or streams."""
    contents = {}
    dynamodb, logs = Mock(), Mock()
    dynamodb.exceptions.ResourceNotFoundException = NotFoundError

    def describe_table(**request):
        if request["TableName"] not in contents:
            raise NotFoundError

    dynamodb.describe_table = describe_table
    dynamodb.scan = lambda **request: {"Count": min(contents[request["TableName"]], request["Limit"])}
    logs.describe_log_groups = lambda **request: {
        "logGroups": [{"logGroupName": name} for name in contents if name.startswith(request["logGroupNamePrefix"])]
    }
    logs.describe_log_streams = lambda **request: {"logStreams": [{}] * contents[request["logGroupName"]]}
    monkeypatch.setattr(retained.boto3, "client", {"dynamodb": dynamodb, "logs": logs}.__getitem__)
    return contents


def test_what_a_failed_create_left_is_named_with_the_command_that_clears_what_is_empty(account):
    account |= {
        "videoms-metadata": 0,
        "videoms-url": 3,
        "/aws/lambda/videoms-Play": 0,
        "/aws/lambda/videoms-Playground": 1,
        "another-table": 0,
    }
    assert {resource.advice() for resource in retained.find("videoms").values()} == {
        "videoms-metadata is empty: aws dynamodb delete-table --table-name videoms-metadata",
        "videoms-url is not empty: keep it, see `make adopt`",
        "/aws/lambda/videoms-Play is empty: aws logs delete-log-group --log-group-name /aws/lambda/videoms-Play",
    }
    account["/aws/lambda/videoms-Play"] = 1
    advice = retained.find("videoms")["PlayLog"].advice()
    assert advice == "/aws/lambda/videoms-Play is not empty: keep it, see `make adopt`"


def _own_names(resource: dict) -> set[str]:
    """The physical name of a resource, which is a property such as TableName."""
    kind = resource["Type"].rsplit("::")[-1]
    return {value for name, value in resource["Properties"].items() if name in (f"{kind}Name", "Name")}
