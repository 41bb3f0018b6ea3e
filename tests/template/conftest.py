"""Fixtures: template.yaml as CloudFormation receives it. No test here needs a stack or an AWS account."""

import pytest

from tests.template import template


class Stack:
    """A processed template: its outputs and its resources by type."""

    def __init__(self, processed: dict):
        self.resources = processed["Resources"]
        self.outputs = processed["Outputs"]

    def of_type(self, kind: str) -> dict[str, dict]:
        """Properties of the resources of one type, by logical name."""
        return {name: found["Properties"] for name, found in self.resources.items() if found["Type"] == kind}

    @property
    def functions(self) -> dict[str, dict]:
        return self.of_type("AWS::Lambda::Function")

    @property
    def alarms(self) -> dict[str, dict]:
        return self.of_type("AWS::CloudWatch::Alarm")

    @property
    def allowed(self) -> dict[str, set[tuple[str, str]]]:
        """Actions and resources that each function's role allows, by the function's name, as `Table.Arn`."""
        return {
            name.removesuffix("Role"): {(found["Action"], _resource(found["Resource"])) for found in _statements(role)}
            for name, role in self.of_type("AWS::IAM::Role").items()
        }

    @property
    def binaries(self) -> dict[str, str]:
        """The binary that each function is built from."""
        return {name: self.resources[name]["Metadata"]["BuildProperties"]["Binary"] for name in self.functions}

    @property
    def routes(self) -> dict[str, dict]:
        """The operations of the API's OpenAPI document, by `METHOD /path`."""
        (api,) = self.of_type("AWS::ApiGatewayV2::Api").values()
        paths = api["Body"]["paths"].items()
        return {f"{method.upper()} {path}": found for path, methods in paths for method, found in methods.items()}


def _statements(role: dict) -> list[dict]:
    return [statement for policy in role["Policies"] for statement in policy["PolicyDocument"]["Statement"]]


def _resource(value) -> str:
    """A resource's ARN as one word, whichever function of CloudFormation names it."""
    if isinstance(value, str):
        return value.replace("${", "").replace("}", "")
    ((_, argument),) = value.items()
    return argument if isinstance(argument, str) else ".".join(argument)


@pytest.fixture(scope="session")
def stack():
    """A stack with the default parameters."""
    return Stack(template.processed())


@pytest.fixture(scope="session")
def gradual():
    """A stack that is deployed gradually, as samconfig.toml asks for."""
    return Stack(template.processed(GradualDeployment="true"))
