"""Imports what a deleted stack has left under its names into a new stack, which `make deploy` then completes.

STACK_NAME=videoms python -m ops.adopt

A plain deployment fails, because the names are taken. An import may contain nothing but what is imported: no other
resource, no output, and no transform.
"""

import json
import os
import re
import sys
import time
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError, WaiterError
from samtranslator.yaml_helper import yaml_parse

TEMPLATE = Path(__file__).resolve().parent.parent / "template.yaml"
# The property that identifies a resource of each type, if the template gives it a name.
NAMES = {"AWS::DynamoDB::Table": "TableName", "AWS::Logs::LogGroup": "LogGroupName"}


class StackExistsError(Exception):
    """The stack has not been deleted, so there is nothing to adopt."""


def adopt(stack_name: str) -> list[str]:
    """Makes the stack of the retained resources that exist, and returns their names."""
    if status := _status(stack_name):
        raise StackExistsError(f"the stack {stack_name} is {status}; only a deleted one leaves something to adopt")
    template = retained()
    names = {logical: physical_name(resource, stack_name) for logical, resource in template["Resources"].items()}
    found = {logical: name for logical, name in names.items() if _exists(template["Resources"][logical]["Type"], name)}
    if found:
        template["Resources"] = {logical: template["Resources"][logical] for logical in found}
        _import(stack_name, template, found)
    return list(found.values())


def retained() -> dict:
    """The part of the stack's template that outlives it under a name of its own."""
    template = yaml_parse(TEMPLATE.read_text())
    resources = {logical: found for logical, found in template["Resources"].items() if _is_retained(found)}
    used = set(re.findall(r'{"Ref": "(\w+)"}', json.dumps(resources)))
    return {
        "AWSTemplateFormatVersion": template["AWSTemplateFormatVersion"],
        "Parameters": {name: found for name, found in template["Parameters"].items() if name in used},
        "Resources": resources,
    }


def _is_retained(resource) -> bool:
    """An Fn::ForEach is a list and is never retained."""
    if not isinstance(resource, dict) or resource.get("DeletionPolicy") != "Retain":
        return False
    return NAMES.get(resource["Type"]) in resource["Properties"]


def physical_name(resource: dict, stack_name: str) -> str:
    """The physical name, which the template makes of the stack's."""
    name = resource["Properties"][NAMES[resource["Type"]]]["Fn::Sub"]
    return name.replace("${AWS::StackName}", stack_name)


def _status(stack_name: str) -> str | None:
    """The stack's status, if there is one. A change set that was not executed leaves a stack of no resources."""
    try:
        (stack,) = boto3.client("cloudformation").describe_stacks(StackName=stack_name)["Stacks"]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
    return stack["StackStatus"] if stack["StackStatus"] != "REVIEW_IN_PROGRESS" else None


def _exists(kind: str, name: str) -> bool:
    if kind == "AWS::Logs::LogGroup":
        groups = boto3.client("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
        return name in [group["logGroupName"] for group in groups]
    dynamodb = boto3.client("dynamodb")
    try:
        dynamodb.describe_table(TableName=name)
    except dynamodb.exceptions.ResourceNotFoundException:
        return False
    return True


def _import(stack_name: str, template: dict, names: dict[str, str]) -> None:
    cloudformation = boto3.client("cloudformation")
    change = {"StackName": stack_name, "ChangeSetName": f"adopt-{time.time_ns()}"}
    kinds = {logical: template["Resources"][logical]["Type"] for logical in names}
    imports = [
        {
            "ResourceType": kinds[logical],
            "LogicalResourceId": logical,
            "ResourceIdentifier": {NAMES[kinds[logical]]: name},
        }
        for logical, name in names.items()
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
