"""A person is told in a sentence what went wrong, and can try again where that helps."""

import os
import subprocess
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import expect

from local.emulator import answers, free_port
from local.processes import wait_until
from tests.e2e.helpers import new_id
from tests.web.visit import expect_counted

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 30
THROTTLED = (429, {"message": "Too Many Requests"})
FAULT = (503, {"status": "The service is unavailable", "code": "unavailable"})
GATEWAY_FAULT = (500, {"message": "Internal Server Error"})


@contextmanager
def page_server(port, api_url):
    """The page at a port, in front of an API."""
    python = ROOT / ".venv-local" / "bin" / "python"
    words = [python, "-m", "local.page", "--port", str(port), "--api-url", api_url]
    server = subprocess.Popen(words, cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        assert wait_until(lambda: answers(port, "/"), PATIENCE_SECONDS)
        yield
    finally:
        server.terminate()
        server.wait(PATIENCE_SECONDS)


def expect_retry_to_play_once(viewer, api, video):
    """Trying again sends the same key, clears the message and is counted once."""
    viewer.page.unroute_all()
    viewer.page.get_by_role("button", name="Try again").click()
    viewer.expect_playing()
    expect(viewer.message).to_be_hidden()
    expect(viewer.card(video)).to_have_attribute("aria-current", "true")
    assert len(viewer.keys()) >= 2
    assert len(set(viewer.keys())) == 1, "a retry has a key of its own"
    expect_counted(api, video, 1)


def test_an_unknown_asset(visit):
    viewer = visit()
    viewer.expect_errors("/play/asset/")
    viewer.choose(new_id())
    expect(viewer.message).to_contain_text("There is no video")
    expect(viewer.message).to_have_role("alert")
    expect(viewer.page.locator("#retry")).to_be_hidden()


def test_an_api_that_is_away_and_comes_back(visit, api, video, user):
    viewer = visit()
    viewer.watch_as(user)
    viewer.find(video)
    viewer.expect_errors("/play/asset/")
    viewer.page.route("**/play/**", lambda route: route.abort())
    viewer.card(video).click()
    expect(viewer.message).to_be_visible()
    expect_retry_to_play_once(viewer, api, video)


def test_a_play_whose_answer_is_lost_is_counted_once(visit, api, video, user):
    def lose(route):
        assert route.fetch().ok
        route.abort()

    viewer = visit()
    viewer.watch_as(user)
    viewer.find(video)
    viewer.expect_errors("/play/asset/")
    viewer.page.route("**/play/**", lose)
    viewer.card(video).click()
    expect(viewer.message).to_be_visible()
    expect_counted(api, video, 1)
    expect_retry_to_play_once(viewer, api, video)
    viewer.expect_counts(1, 1)


@pytest.mark.parametrize(
    ("reply", "words"),
    [(THROTTLED, "Too many people"), (FAULT, "on our side"), (GATEWAY_FAULT, "on our side")],
    ids=["throttled", "unavailable", "fault"],
)
def test_a_play_that_is_refused_for_now(visit, api, video, user, reply, words):
    status, body = reply
    viewer = visit()
    viewer.watch_as(user)
    viewer.find(video)
    viewer.expect_errors("/play/asset/")
    viewer.page.route("**/play/**", lambda route: route.fulfill(status=status, json=body))
    viewer.card(video).click()
    # The text of the button counts too, even while it is hidden.
    expect(viewer.message).to_contain_text(words)
    expect_retry_to_play_once(viewer, api, video)


def test_a_page_that_opens_while_the_api_is_away_shows_the_catalogue_once_it_is_back(visit):
    port, nobody = free_port(), free_port()
    origin = f"http://127.0.0.1:{port}"
    with page_server(port, f"http://127.0.0.1:{nobody}"):
        viewer = visit(origin=origin, before=lambda opening: opening.expect_errors("/"))
        expect(viewer.message).to_be_visible()
        expect(viewer.page.locator("#catalogue li")).to_have_count(0)
    with page_server(port, os.environ["API_URL"]):
        viewer.page.get_by_role("button", name="Try again").click()
        expect(viewer.card("123")).to_be_visible()
        expect(viewer.message).to_be_hidden()
