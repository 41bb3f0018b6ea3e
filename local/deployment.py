"""The stack on the emulator: `sam deploy`, the command that AWS is deployed with, and what it has deployed."""

import os
from dataclasses import dataclass
from pathlib import Path

import boto3

from local import builds, routes
from local.console import step

STACK_NAME = "videoms-local"


@dataclass(frozen=True)
class Function:
    """A deployed function: its binary in the workspace, its names in the template and in Lambda, its alias's ARN."""

    binary: str
    logical_name: str
    name: str
    alias: str


def deploy(template: Path, **parameters: str) -> str:
    """Deploys the built template with these parameters, and returns the API's base URL."""
    endpoint = os.environ["AWS_ENDPOINT_URL"]
    given = {"Architecture": builds.architecture(), "EndpointUrl": endpoint, **parameters}
    with step("Deploying (sam deploy)"):
        overrides = ["--parameter-overrides", *(f'{name}="{value}"' for name, value in given.items())]
        # The emulator has deployed at once, so waiting five seconds before the first look is too long.
        environment = {**builds.tools(), "SAM_CLI_POLL_DELAY": "0.2"}
        builds.sam(["deploy", *builds.SAM_CONFIG, "--template-file", str(template), *overrides], environment)
        routes.create(STACK_NAME)
    return api_url(endpoint)


def api_url(endpoint: str) -> str:
    stack = boto3.client("cloudformation").describe_stacks(StackName=STACK_NAME)["Stacks"][0]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    # Not <api-id>.execute-api.localhost: the guard refuses that name, and not every resolver knows it.
    return f"{endpoint}/_aws/execute-api/{outputs['ApiId']}"


def functions() -> list[Function]:
    """The functions of the deployed stack."""
    template = boto3.client("cloudformation").get_template(StackName=STACK_NAME, TemplateStage="Processed")
    resources = template["TemplateBody"]["Resources"]
    names, aliases = physical_names("AWS::Lambda::Function"), physical_names("AWS::Lambda::Alias")
    alias_of = {resources[alias]["Properties"]["FunctionName"]["Ref"]: arn for alias, arn in aliases.items()}
    binary_of = {name: resources[name]["Metadata"]["BuildProperties"]["Binary"] for name in names}
    return [Function(binary_of[logical], logical, name, alias_of[logical]) for logical, name in names.items()]


def physical_names(kind: str) -> dict[str, str]:
    """The names, ids or ARNs of the stack's resources of one type, by logical name."""
    resources = boto3.client("cloudformation").describe_stack_resources(StackName=STACK_NAME)["StackResources"]
    found = [resource for resource in resources if resource["ResourceType"] == kind]
    return {resource["LogicalResourceId"]: resource["PhysicalResourceId"] for resource in found}
