"""The resources that outlive their stack under names of their own, so that a new stack finds the names taken."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

import boto3
from samtranslator.yaml_helper import yaml_parse

TEMPLATE = Path(__file__).resolve().parent.parent / "template.yaml"
# The property that names a resource of each type, if the template gives it a name.
NAMES = {"AWS::DynamoDB::Table": "TableName", "AWS::Logs::LogGroup": "LogGroupName"}


@dataclass(frozen=True)
class Retained:
    """A resource that is there although its stack is not."""

    kind: str
    name: str

    def advice(self) -> str:
        """One line that says how to get rid of the resource, or that it holds data."""
        if self._has_content():
            return f"{self.name} is not empty: keep it, see `make adopt`"
        if self.kind == "AWS::Logs::LogGroup":
            return f"{self.name} is empty: aws logs delete-log-group --log-group-name {self.name}"
        return f"{self.name} is empty: aws dynamodb delete-table --table-name {self.name}"

    def _has_content(self) -> bool:
        if self.kind == "AWS::Logs::LogGroup":
            return bool(boto3.client("logs").describe_log_streams(logGroupName=self.name, limit=1)["logStreams"])
        return boto3.client("dynamodb").scan(TableName=self.name, Limit=1)["Count"] > 0


def template() -> dict:
    """The part of the stack's template that outlives it under names of its own."""
    whole = yaml_parse(TEMPLATE.read_text())
    resources = {logical: found for logical, found in whole["Resources"].items() if _is_retained(found)}
    used = set(re.findall(r'{"Ref": "(\w+)"}', json.dumps(resources)))
    return {
        "AWSTemplateFormatVersion": whole["AWSTemplateFormatVersion"],
        "Parameters": {name: found for name, found in whole["Parameters"].items() if name in used},
        "Resources": resources,
    }


def find(stack_name: str) -> dict[str, Retained]:
    """The resources that exist, by logical id."""
    resources = template()["Resources"].items()
    named = {logical: Retained(found["Type"], physical_name(found, stack_name)) for logical, found in resources}
    return {logical: found for logical, found in named.items() if _exists(found)}


def physical_name(resource: dict, stack_name: str) -> str:
    """The physical name, which the template makes of the stack's."""
    name = resource["Properties"][NAMES[resource["Type"]]]["Fn::Sub"]
    return name.replace("${AWS::StackName}", stack_name)


def _is_retained(resource) -> bool:
    """An Fn::ForEach is a list and is never retained."""
    if not isinstance(resource, dict) or resource.get("DeletionPolicy") != "Retain":
        return False
    return NAMES.get(resource["Type"]) in resource["Properties"]


def _exists(resource: Retained) -> bool:
    if resource.kind == "AWS::Logs::LogGroup":
        groups = boto3.client("logs").describe_log_groups(logGroupNamePrefix=resource.name)["logGroups"]
        return resource.name in [group["logGroupName"] for group in groups]
    dynamodb = boto3.client("dynamodb")
    try:
        dynamodb.describe_table(TableName=resource.name)
    except dynamodb.exceptions.ResourceNotFoundException:
        return False
    return True
