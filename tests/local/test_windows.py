"""Plays within a window, on a stack that is deployed with `ViewWindowMinutes`."""

import time
import uuid

import pytest

from local import deployment
from local.processes import wait_until
from ops.api_client import Client

DAY_SECONDS = 24 * 60 * 60
PATIENCE_SECONDS = 60


@pytest.fixture
def api(built_template):
    """An API whose windows are the days in UTC, with at least a minute left of today's.

    The log level changes too, because ministack publishes new versions for a new description only.
    """
    client = Client(deployment.deploy(built_template, ViewWindowMinutes="1440", LogLevel="DEBUG"))
    assert wait_until(lambda: time.time() % DAY_SECONDS < DAY_SECONDS - PATIENCE_SECONDS, 2 * PATIENCE_SECONDS)
    yield client
    deployment.deploy(built_template, ViewWindowMinutes="0", LogLevel="INFO")


def test_a_users_plays_of_an_asset_within_a_window_are_one_view_and_answered_as_one(api):
    user = f"local-{uuid.uuid4().hex}"
    views = f"/events/asset/123/user/{user}"

    def play(**headers) -> int:
        answer = api.request("POST", f"/play/asset/123/user/{user}", headers=headers)
        assert answer.status == 200, answer.text
        return answer.json["userviews"]

    def recorded() -> int:
        return api.request("GET", views, signed=True).json["userviews"]

    assert play() == 1
    assert wait_until(lambda: recorded() == 1, PATIENCE_SECONDS), "the play is not counted"
    assert play() == 1, "a play within the window is answered as another view"
    assert api.request("POST", views, signed=True).json["userviews"] == 1
    # A key goes before the window, and the play after it is counted after the ones before it.
    assert play(**{"Idempotency-Key": "k"}) == 2
    assert wait_until(lambda: recorded() == 2, PATIENCE_SECONDS), "the play with a key is not counted"
    assert play(**{"Idempotency-Key": "k"}) == 2
    assert play() == 2
