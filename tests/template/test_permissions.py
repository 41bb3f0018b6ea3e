"""Least privilege: the roles against the calls that the release binaries were seen to make (tests/rig/access.json)."""

import json
import re
from pathlib import Path

ACCESS = Path(__file__).resolve().parent.parent / "rig" / "access.json"

# Lambda itself uses these: for the log, the queue's trigger, and events that failed behind the function's back.
BY_LAMBDA = {
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "s3:ListBucket",
    "s3:PutObject",
    "sqs:DeleteMessage",
    "sqs:ReceiveMessage",
}


def test_each_role_allows_the_calls_that_its_function_makes_and_nothing_else(stack):
    seen = {function: set(permissions) for function, permissions in json.loads(ACCESS.read_text()).items()}
    allowed = {_kebab(function): _by_the_function(function, found) for function, found in stack.allowed.items()}
    assert allowed == seen


def _by_the_function(function: str, allowed: set[tuple[str, str]]) -> set[str]:
    # The trigger asks for the queue's attributes as well.
    by_trigger = {("sqs:GetQueueAttributes", "EventsQueue.Arn")} if function == "CountViews" else set()
    return {
        f"{action} {_name(resource)}"
        for action, resource in allowed
        if action not in BY_LAMBDA and (action, resource) not in by_trigger
    }


def _name(resource: str) -> str:
    """The name that a table, queue or function has in the rig."""
    name = re.sub(r"(Table\.Arn|Queue\.Arn|FunctionAliaslive)$", "", resource)
    return {"DeadLetter": "dead-letters"}.get(name, _kebab(name))


def _kebab(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()
