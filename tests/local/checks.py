"""Assertions that hold however the functions are run."""

import json
import uuid

from local.processes import wait_until

PATIENCE_SECONDS = 60


def assert_a_play_is_answered_and_counted(api, deployed):
    """Plays on `api`, the server under test. The view must appear in `deployed`, the stack behind it."""
    user = f"local-{uuid.uuid4().hex}"

    def play():
        return api.request("POST", f"/play/asset/123/user/{user}", headers={"Idempotency-Key": "once"})

    # Functions that have not started yet may make it a 503. A viewer's app retries, and that is one view.
    assert wait_until(lambda: play().status == 200, PATIENCE_SECONDS), play().text
    answer = play().json
    assert (answer["title"], answer["url"]) == ("It", "path/to/asset123.mp4")
    views = f"/events/asset/123/user/{user}"
    assert wait_until(lambda: deployed.request("GET", views, signed=True).json["userviews"] == 1, PATIENCE_SECONDS)
    assert api.request("GET", views).json["userviews"] == 1


def assert_what_is_written_is_read(api):
    asset = f"local-{uuid.uuid4().hex}"
    content = {"title": "Alien", "genre": "horror", "summary": "In space"}
    assert api.request("GET", f"/content/asset/{asset}").status == 404
    assert api.request("POST", f"/content/asset/{asset}", body=content).json == {"status": "ok"}
    assert api.request("GET", f"/content/asset/{asset}").json == {"id": asset, **content}
    refused = api.request("POST", f"/content/asset/{asset}", body={"title": "Alien"})
    assert (refused.status, refused.json["field"]) == (400, "genre")


def assert_sample_answered(binary: str, output: str):
    """Checks a function's answer to its sample event, which is the last line of a tool's output."""
    answer = json.loads(output.strip().splitlines()[-1])
    if binary == "count-views":
        assert answer == {"batchItemFailures": []}
    elif binary == "rank-assets":
        assert answer is None
    else:
        assert answer["statusCode"] == 200, f"{binary} answers {answer}"
