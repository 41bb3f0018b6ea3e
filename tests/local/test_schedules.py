"""Scheduled rules fire while the local stack is up, so the top list follows the plays."""

import os

from local import schedules
from local.processes import wait_until
from ops.api_client import Client

PATIENCE_SECONDS = 60
API = Client(os.environ["API_URL"])


def test_the_top_list_is_ranked_while_the_stack_is_up():
    def ranked_at():
        return API.request("GET", "/events/top").json["asOf"]

    assert wait_until(ranked_at, PATIENCE_SECONDS), "no schedule has fired since the stack started"
    before = ranked_at()
    schedules.fire()
    assert wait_until(lambda: ranked_at() > before, PATIENCE_SECONDS)
