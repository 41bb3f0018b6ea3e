"""Fixtures for end-to-end tests of a deployed API, over HTTP and through its queues.

    API_URL=https://abc123.execute-api.eu-west-1.amazonaws.com STACK_NAME=videoms pytest tests/e2e

API_URL is the API's base URL and STACK_NAME the CloudFormation stack that it belongs to. Credentials and region come
from the usual AWS chain and must be allowed to call the API, to describe the stack and to use its queues.
AWS_ENDPOINT_URL is the address of a local stack. `make e2e` sets all of these.

Every test makes ids of its own, so the suite can run repeatedly, in parallel and beside real traffic. It leaves its
records behind, and adds a play to each of the two seeded assets.
"""

import os

import pytest

from ops.api_client import Client
from tests.api.contract import Contract
from tests.e2e.helpers import Api, answer, eventually, new_id, publish


def pytest_configure():
    missing = [name for name in ("API_URL", "STACK_NAME") if not os.environ.get(name)]
    if missing:
        raise pytest.UsageError(f"set {' and '.join(missing)}: see tests/e2e/conftest.py")


class CheckedClient(Client):
    """A client that accepts no reply but those that api/openapi.yaml describes."""

    contract = Contract()

    def request(self, method, path, **options):
        reply = super().request(method, path, **options)
        self.contract.check(method, path, reply.status, reply.headers, reply.text)
        return reply


@pytest.fixture(scope="session")
def api():
    return Api(CheckedClient(os.environ["API_URL"]))


@pytest.fixture
def asset():
    """The id of an unknown asset."""
    return new_id()


@pytest.fixture
def user():
    """The id of a user who has watched nothing."""
    return new_id()


@pytest.fixture
def video(api):
    """The id of a playable asset that nobody has watched."""
    return publish(api, new_id())


@pytest.fixture(scope="session")
def let_the_queue_pass(api):
    """A function that waits until every view queued so far is counted: it plays once and waits for that view."""
    marker = publish(api, new_id())

    def wait():
        user = new_id()
        assert api.play(marker, user).status == 200, "a published asset can't be played"
        eventually(lambda: answer(api.user_views(user)), (200, {"id": user, "views": 1}), "the views of one play")

    return wait
