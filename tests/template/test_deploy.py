"""The checks of `make deploy`."""

import pytest

from local.console import Failure
from ops import deploy
from tests.template import template

HEADERS = {
    "arm64": b"\x7fELF".ljust(18, b"\0") + b"\xb7\0",
    "x86_64": b"\x7fELF".ljust(18, b"\0") + b"\x3e\0",
    "script": b"#!/bin/sh\n".ljust(20, b"\n"),
}


def test_a_stack_name_is_refused_when_a_functions_name_would_be_longer_than_64_characters(stack):
    longest = deploy.longest_stack_name()
    suffixes = [
        found["FunctionName"].removeprefix(template.STACK["AWS::StackName"]) for found in stack.functions.values()
    ]
    assert longest + max(map(len, suffixes)) == 64
    deploy.check_stack_name("x" * longest)
    with pytest.raises(Failure, match="longer than"):
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
