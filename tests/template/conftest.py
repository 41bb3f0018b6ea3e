"""Tests of template.yaml as CloudFormation gets it: no stack, no AWS account."""

import pytest

from tests.template import template

TOKENS = {"JwtIssuer": "https://login.example.com/", "JwtAudience": "videoms"}


class Stack:
    """A processed template: its resources by type, and what names them."""

    def __init__(self, processed: dict):
        self.resources = processed["Resources"]

    def of_type(self, kind: str) -> dict[str, dict]:
        """Properties by logical name."""
        return {name: found["Properties"] for name, found in self.resources.items() if found["Type"] == kind}

    @property
    def functions(self) -> dict[str, dict]:
        return self.of_type("AWS::Lambda::Function")

    @property
    def routes(self) -> dict[str, dict]:
        """What the API's document says of each route, by `METHOD /path`."""
        (api,) = self.of_type("AWS::ApiGatewayV2::Api").values()
        paths = api["Body"]["paths"].items()
        return {f"{method.upper()} {path}": operation for path, methods in paths for method, operation in methods.items()}


@pytest.fixture(scope="session")
def stack():
    """The template with its default parameters."""
    return Stack(template.processed())


@pytest.fixture(scope="session")
def gradual():
    """Deployed step by step, as samconfig.toml has it."""
    return Stack(template.processed(GradualDeployment="true"))


@pytest.fixture(scope="session")
def with_tokens():
    """With a token for play."""
    return Stack(template.processed(**TOKENS))
