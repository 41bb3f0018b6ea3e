"""What the tests of a deployed stack share, over HTTP and in a browser. STACK_NAME names the stack.

Failing assertions in the shared modules are as detailed as those in the tests.
"""

import os

import boto3
import pytest

pytest.register_assert_rewrite("tests.e2e.helpers", "tests.local.checks", "tests.web.visit")


@pytest.fixture(scope="session")
def stack():
    """CloudFormation's description of the deployed stack."""
    return boto3.client("cloudformation").describe_stacks(StackName=os.environ["STACK_NAME"])["Stacks"][0]


@pytest.fixture(scope="session")
def outputs(stack):
    """The stack's outputs by name."""
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


@pytest.fixture(scope="session")
def rank(stack):
    """Ranks the assets now. The schedule does so once an hour."""

    def invoke():
        invoked = boto3.client("lambda").invoke(FunctionName=f"{stack['StackName']}-RankAssets:live", Payload=b"{}")
        assert "FunctionError" not in invoked, f"the ranking failed: {invoked['Payload'].read()[:300]!r}"

    return invoke
