"""Deploy, change, delete: what becomes of a stack and of its data, and the variants that the parameters make.

One after the other on one stack, so it is one test: the stack's life.
"""

import os
import shutil
import uuid

import boto3
from local import deployment
import pytest
from botocore.exceptions import ClientError
from ops.api_client import Client
from local.processes import wait_until

USER = f"local-{uuid.uuid4().hex}"
VIEWS = f"/events/asset/123/user/{USER}"
PATIENCE_SECONDS = 60


def test_a_stack_is_changed_keeps_its_data_and_is_deleted_without_losing_them(tmp_path):
    api = Client(os.environ["API_URL"])
    assert _play(api).status == 200
    assert wait_until(lambda: _views(api) == 1, PATIENCE_SECONDS), "the first view is not counted"

    before = _versions()
    api = Client(deployment.deploy(_with_another_play(tmp_path)))
    after = _versions()
    assert {name for name in before if before[name] != after[name]} == {"Play"}, "more than what was changed is deployed"
    assert _play(api).status == 200
    assert wait_until(lambda: _views(api) == 2, PATIENCE_SECONDS), "the changed play's view is not counted"

    api = Client(deployment.deploy(JwtIssuer="https://login.example.com/", JwtAudience="videoms"))
    assert _play(api).status == 401, "play asks for no token, though the parameters say so"
    assert api.request("GET", "/health").status == 200
    assert _views(api) == 2

    before = _versions()
    api = Client(deployment.deploy(JwtIssuer="", JwtAudience="", LogLevel="DEBUG"))
    after = _versions()
    assert [name for name in before if before[name] == after[name]] == [], "the log level has not reached these"
    assert _play(api).status == 200, "play asks for a token, though the parameters are gone"
    assert wait_until(lambda: _views(api) == 3, PATIENCE_SECONDS)

    _delete()
    with pytest.raises(ClientError):
        boto3.client("lambda").get_function(FunctionName=f"{deployment.STACK_NAME}-Play")
    views = boto3.resource("dynamodb").Table(f"{deployment.STACK_NAME}-views")
    counter = views.get_item(Key={"pk": f"user#{USER}", "sk": "views"}).get("Item")
    assert counter and counter["views"] == 3, "the counts went with the stack"


def _play(api):
    return api.request("POST", f"/play/asset/123/user/{USER}")


def _views(api) -> int:
    return api.request("GET", VIEWS, signed=True).json["userviews"]


def _versions() -> dict[str, str]:
    """The version that each function's alias points to."""
    stack, functions = deployment.STACK_NAME, boto3.client("lambda")
    pages = functions.get_paginator("list_functions").paginate()
    names = [found["FunctionName"] for page in pages for found in page["Functions"] if found["FunctionName"].startswith(stack)]
    aliases = {name: functions.get_alias(FunctionName=name, Name="live") for name in names}
    return {name.removeprefix(f"{stack}-"): alias["FunctionVersion"] for name, alias in aliases.items()}


def _with_another_play(place):
    """What was built, but for play's code: a byte more behind its end, which the loader does not read."""
    built = place / "build"
    shutil.copytree(deployment.BUILT.parent, built)
    with (built / "PlayFunction" / "bootstrap").open("ab") as bootstrap:
        bootstrap.write(b"\n")
    return built / "template.yaml"


def _delete() -> None:
    cloudformation = boto3.client("cloudformation")
    cloudformation.delete_stack(StackName=deployment.STACK_NAME)
    cloudformation.get_waiter("stack_delete_complete").wait(
        StackName=deployment.STACK_NAME, WaiterConfig={"Delay": 1, "MaxAttempts": PATIENCE_SECONDS}
    )
