"""The checks of `make deploy`."""

from unittest.mock import Mock

import pytest

from local.console import Failure
from ops import deploy
from tests.template import template

HEADERS = {
    "arm64": b"\x7fELF".ljust(18, b"\0") + b"\xb7\0",
    "x86_64": b"\x7fELF".ljust(18, b"\0") + b"\x3e\0",
    "script": b"#!/bin/sh\n".ljust(20, b"\n"),
}


class NotFoundError(Exception):
    pass


def tables(items: dict[str, int]) -> Mock:
    """A DynamoDB client that knows these tables, by their numbers of items."""
    dynamodb = Mock()
    dynamodb.exceptions.ResourceNotFoundException = NotFoundError

    def describe_table(**request):
        if request["TableName"] not in items:
            raise NotFoundError

    dynamodb.describe_table = describe_table
    dynamodb.scan = lambda **request: {"Count": min(items[request["TableName"]], request["Limit"])}
    return dynamodb


def test_a_stack_name_is_refused_when_a_functions_name_would_be_longer_than_64_characters(stack):
    longest = deploy.longest_stack_name()
    suffixes = [
        found["FunctionName"].removeprefix(template.STACK["AWS::StackName"]) for found in stack.functions.values()
    ]
    assert longest + max(map(len, suffixes)) == 64
    deploy.check_stack_name("x" * longest)
    with pytest.raises(Failure, match="more than"):
        deploy.check_stack_name("x" * (longest + 1))


@pytest.mark.parametrize("architecture", ["arm64", "x86_64"])
def test_a_binary_for_another_machine_is_not_deployed(tmp_path, architecture):
    for name in ("GetContentFunction", "PlayFunction"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "bootstrap").write_bytes(HEADERS[architecture])
    deploy.check_binaries(tmp_path, architecture)
    for other in set(HEADERS) - {architecture}:
        (tmp_path / "PlayFunction" / "bootstrap").write_bytes(HEADERS[other])
        with pytest.raises(Failure, match="PlayFunction/bootstrap is not a program for"):
            deploy.check_binaries(tmp_path, architecture)


def test_a_build_without_functions_is_not_deployed(tmp_path):
    with pytest.raises(Failure, match="no function"):
        deploy.check_binaries(tmp_path, "arm64")


def test_the_tables_that_a_failed_create_left_are_named_with_the_command_that_clears_an_empty_one(stack):
    names = deploy.table_names(template.STACK["AWS::StackName"])
    assert sorted(names) == sorted(found["TableName"] for found in stack.of_type("AWS::DynamoDB::Table").values())
    empty, full = names[:2]
    advice = deploy.left_tables(template.STACK["AWS::StackName"], tables({empty: 0, full: 3}))
    assert advice == [
        f"{empty} is empty: aws dynamodb delete-table --table-name {empty}",
        f"{full} has items: keep it, see `make adopt`",
    ]
