"""The life of a stack: deploy, change, delete and bring back, with the variants that parameters make.

The steps follow one another on one stack, so this is one test.
"""

import os
import shutil
import uuid

import boto3
import pytest
from botocore.exceptions import ClientError

from local import deployment
from local.deployment import STACK_NAME
from local.processes import wait_until
from ops import adopt
from ops.api_client import Client

USER = f"local-{uuid.uuid4().hex}"
VIEWS = f"/events/asset/123/user/{USER}"
PATIENCE_SECONDS = 60


def test_a_stack_keeps_its_data_when_it_is_changed_deleted_and_brought_back(built_template, tmp_path):
    api = Client(os.environ["API_URL"])
    assert _play(api).status == 200
    assert wait_until(lambda: _views(api) == 1, PATIENCE_SECONDS), "the first view is not counted"

    before = _versions()
    api = Client(deployment.deploy(_with_another_play(built_template, tmp_path)))
    after = _versions()
    assert {name for name in before if before[name] != after[name]} == {"Play"}, "more than play's change is deployed"
    assert _play(api).status == 200
    assert wait_until(lambda: _views(api) == 2, PATIENCE_SECONDS), "the changed play's view is not counted"

    token = {"JwtIssuer": "https://login.example.com/", "JwtAudience": "videoms"}
    api = Client(deployment.deploy(built_template, **token))
    assert _play(api).status == 401, "play accepts a request without a token, though the parameters ask for one"
    assert api.request("GET", "/health").status == 200
    assert _views(api) == 2

    before = _versions()
    api = Client(deployment.deploy(built_template, JwtIssuer="", JwtAudience="", LogLevel="DEBUG"))
    after = _versions()
    assert [name for name in before if before[name] == after[name]] == [], "the log level has not reached these"
    assert _play(api).status == 200, "play asks for a token, though the parameters no longer do"
    assert wait_until(lambda: _views(api) == 3, PATIENCE_SECONDS)

    _delete()
    with pytest.raises(ClientError):
        boto3.client("lambda").get_function(FunctionName=f"{STACK_NAME}-Play")
    assert _kept_views() == 3, "the counts were deleted with the stack"

    assert f"{STACK_NAME}-user-counters" in adopt.adopt(STACK_NAME)
    api = Client(deployment.deploy(built_template))
    assert _views(api) == 3, "the stack that adopted the tables does not know their counts"
    assert _play(api).status == 200
    assert wait_until(lambda: _views(api) == 4, PATIENCE_SECONDS), "the stack that adopted the tables does not count"


def _play(api):
    return api.request("POST", f"/play/asset/123/user/{USER}")


def _views(api) -> int:
    return api.request("GET", VIEWS, signed=True).json["userviews"]


def _kept_views() -> int:
    """The user's count in the table that the stack leaves behind."""
    counters = boto3.resource("dynamodb").Table(f"{STACK_NAME}-user-counters")
    counter = counters.get_item(Key={"id": USER}).get("Item", {})
    return counter.get("views")


def _versions() -> dict[str, str]:
    """The version that each function's alias points to."""
    client = boto3.client("lambda")
    pages = client.get_paginator("list_functions").paginate()
    names = [function["FunctionName"] for page in pages for function in page["Functions"]]
    names = [name for name in names if name.startswith(STACK_NAME)]
    aliases = {name: client.get_alias(FunctionName=name, Name="live") for name in names}
    return {name.removeprefix(f"{STACK_NAME}-"): alias["FunctionVersion"] for name, alias in aliases.items()}


def _with_another_play(template, place):
    """A copy of the build in which play's code differs by one byte at its end, which the loader ignores."""
    copy = place / "build"
    shutil.copytree(template.parent, copy)
    with (copy / "PlayFunction" / "bootstrap").open("ab") as bootstrap:
        bootstrap.write(b"\n")
    return copy / template.name


def _delete() -> None:
    cloudformation = boto3.client("cloudformation")
    cloudformation.delete_stack(StackName=STACK_NAME)
    cloudformation.get_waiter("stack_delete_complete").wait(
        StackName=STACK_NAME, WaiterConfig={"Delay": 1, "MaxAttempts": PATIENCE_SECONDS}
    )
