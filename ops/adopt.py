"""Imports what a deleted stack has left under its names into a new stack, which `make deploy` then completes.

STACK_NAME=videoms python -m ops.adopt

A plain deployment fails, because the names are taken. An import may contain nothing but what is imported: no other
resource, no output, and no transform.
"""

import json
import os
import sys
import time

import boto3
from botocore.exceptions import BotoCoreError, ClientError, WaiterError

from ops import retained


class StackExistsError(Exception):
    """The stack has not been deleted, so there is nothing to adopt."""


def adopt(stack_name: str) -> list[str]:
    """Makes the stack of the retained resources that exist, and returns their names."""
    if status := _status(stack_name):
        raise StackExistsError(f"the stack {stack_name} is {status}; only a deleted one leaves something to adopt")
    found = retained.find(stack_name)
    if found:
        _import(stack_name, found)
    return [resource.name for resource in found.values()]


def _status(stack_name: str) -> str | None:
    """The stack's status, if there is one. A change set that was not executed leaves a stack of no resources."""
    try:
        (stack,) = boto3.client("cloudformation").describe_stacks(StackName=stack_name)["Stacks"]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
    return stack["StackStatus"] if stack["StackStatus"] != "REVIEW_IN_PROGRESS" else None


def _import(stack_name: str, resources: dict[str, retained.Retained]) -> None:
    cloudformation = boto3.client("cloudformation")
    change = {"StackName": stack_name, "ChangeSetName": f"adopt-{time.time_ns()}"}
    template = retained.template()
    template["Resources"] = {logical: template["Resources"][logical] for logical in resources}
    imports = [
        {
            "ResourceType": resource.kind,
            "LogicalResourceId": logical,
            "ResourceIdentifier": {retained.NAMES[resource.kind]: resource.name},
        }
        for logical, resource in resources.items()
    ]
    cloudformation.create_change_set(
        **change, ChangeSetType="IMPORT", TemplateBody=json.dumps(template), ResourcesToImport=imports
    )
    cloudformation.get_waiter("change_set_create_complete").wait(**change, WaiterConfig={"Delay": 2})
    cloudformation.execute_change_set(**change)
    cloudformation.get_waiter("stack_import_complete").wait(StackName=stack_name, WaiterConfig={"Delay": 2})


def main() -> int:
    stack_name = os.environ["STACK_NAME"]
    try:
        adopted = adopt(stack_name)
    except (BotoCoreError, ClientError, WaiterError, StackExistsError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    if not adopted:
        print(f"No stack has left anything under the name {stack_name}. `make deploy` creates it.")
        return 0
    print(f"The stack {stack_name} now has {', '.join(adopted)}. `make deploy` adds the rest.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
