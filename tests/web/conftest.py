"""Fixtures for tests of the page in a real browser, beside a local stack.

    python -m local.stack private -- .venv-web/bin/pytest tests/web

Each test has a browser profile, assets and viewers of its own.
"""

import os

import pytest
from playwright.sync_api import expect, sync_playwright

from ops.api_client import Client
from tests.e2e.helpers import CONTENT, Api, new_id, publish
from tests.web import chromium
from tests.web.visit import Visit

# On a busy machine a play and its count take seconds.
PATIENCE_MILLISECONDS = 30_000
CLIP = {"url": "path/to/asset123.mp4"}


def pytest_configure():
    if missing := [name for name in ("API_URL", "STACK_NAME", "WEB_URL") if not os.environ.get(name)]:
        raise pytest.UsageError(f"set {' and '.join(missing)}: see tests/web/conftest.py")
    expect.set_options(timeout=PATIENCE_MILLISECONDS)


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.executable(), args=chromium.FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def visit(browser):
    """Opens the page at a path, in a window and profile of its own. At the end, no visit may have met a fault."""
    visits = []

    def open_page(path="/", origin=os.environ["WEB_URL"], before=lambda page: None, **options):
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}} | options)
        context.set_default_timeout(PATIENCE_MILLISECONDS)
        visits.append(Visit(context.new_page(), origin))
        before(visits[-1])
        visits[-1].go(path)
        return visits[-1]

    yield open_page
    for each in visits:
        each.page.context.close()
    for each in visits:
        each.check()


@pytest.fixture(scope="session")
def api():
    return Api(Client(os.environ["API_URL"]))


@pytest.fixture
def user():
    """The id of a viewer who has watched nothing."""
    return new_id()


@pytest.fixture
def make_video(api):
    """Publishes an asset that nobody has watched, and returns its id."""
    return lambda **content: publish(api, new_id(), CONTENT | content, CLIP)


@pytest.fixture
def video(make_video):
    return make_video()
