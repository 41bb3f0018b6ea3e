"""End-to-end tests of a deployed API: over HTTP, and over its two queues.

    API_URL=https://abc123.execute-api.eu-west-1.amazonaws.com STACK_NAME=videoms pytest tests/e2e

API_URL is the API's base URL, STACK_NAME the CloudFormation stack that it belongs to. Credentials and region come from
the usual AWS chain; they must be allowed to call the API, to describe the stack and to use its queues. For a local
stack AWS_ENDPOINT_URL says where it is; `make e2e` sets all of these.

Every test makes ids of its own, so the suite may run again and again, in parallel, and beside real traffic. It leaves
its records behind, as the API deletes nothing, and adds a play to each of the two seeded assets.
"""

import os

import pytest

pytest.register_assert_rewrite("tests.e2e.helpers")

import boto3  # noqa: E402
from ops.api_client import Client  # noqa: E402
from tests.e2e.helpers import Api, answer, eventually, new_id, publish  # noqa: E402


def pytest_configure():
    missing = [name for name in ("API_URL", "STACK_NAME") if not os.environ.get(name)]
    if missing:
        raise pytest.UsageError(f"set {' and '.join(missing)}: see tests/e2e/conftest.py")


@pytest.fixture(scope="session")
def api():
    return Api(Client(os.environ["API_URL"]))


@pytest.fixture(scope="session")
def stack():
    """The deployed stack, as CloudFormation describes it."""
    return boto3.client("cloudformation").describe_stacks(StackName=os.environ["STACK_NAME"])["Stacks"][0]


@pytest.fixture
def asset():
    """An asset that nobody has heard of."""
    return new_id()


@pytest.fixture
def user():
    """A user who has watched nothing."""
    return new_id()


@pytest.fixture
def video(api):
    """An asset that can be played, and has never been."""
    return publish(api, new_id())


@pytest.fixture(scope="session")
def let_the_queue_pass(api):
    """Call it to wait until what was queued so far has been counted: a view queued now shows in the counts."""
    marker = publish(api, new_id())

    def wait():
        user = new_id()
        assert api.play(marker, user).status == 200, "a published asset can't be played"
        eventually(lambda: answer(api.user_views(user)), (200, {"id": user, "views": 1}), "the views of one play")

    return wait
