"""The checks of `make deploy`."""

import pytest
from botocore.exceptions import ClientError

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


@pytest.mark.parametrize(
    ("asked", "deployed", "target"),
    [
        ({}, {}, "aarch64"),
        ({}, {"Architecture": "x86_64"}, "x86_64"),
        ({"Architecture": "x86_64"}, {"Architecture": "arm64"}, "x86_64"),
        ({"Architecture": "arm64"}, {"Architecture": "x86_64"}, "aarch64"),
    ],
)
def test_a_deployment_keeps_the_architecture_of_its_stack(tmp_path, monkeypatch, asked, deployed, target):
    machine = {"aarch64": "arm64"}.get(target, target)
    (tmp_path / "PlayFunction").mkdir()
    (tmp_path / "PlayFunction" / "bootstrap").write_bytes(HEADERS[machine])
    commands = []
    monkeypatch.setattr(deploy, "BUILT", tmp_path)
    monkeypatch.setattr(deploy, "deployed_parameters", lambda _: deployed)
    monkeypatch.setattr(deploy, "check_compiler", lambda _: None)
    monkeypatch.setattr(deploy, "_status", lambda command: commands.append(command) or 0)
    deploy.deploy("videoms", asked)
    compile_functions, pack, send = commands
    assert compile_functions[-2:] == ["--target", f"{target}-unknown-linux-gnu"]
    assert pack[-1] == f"Architecture={machine}"
    assert f'Architecture="{machine}"' in send


def test_a_stack_that_does_not_exist_has_no_parameters(monkeypatch):
    def client(message):
        class CloudFormation:
            def describe_stacks(self, **_):
                raise ClientError({"Error": {"Code": "ValidationError", "Message": message}}, "DescribeStacks")

        return lambda _: CloudFormation()

    monkeypatch.setattr(deploy.boto3, "client", client("Stack with id videoms does not exist"))
    assert deploy.deployed_parameters("videoms") == {}
    monkeypatch.setattr(deploy.boto3, "client", client("The security token is expired"))
    with pytest.raises(ClientError, match="token"):
        deploy.deployed_parameters("videoms")
