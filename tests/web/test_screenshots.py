"""README's pictures of the page. `make screenshots` keeps them in docs/screenshots."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.helpers import concurrently
from tests.e2e.queues import Queue, view
from tests.web.visit import expect_counted

SIZE_LIMIT = 200_000
ASSET = "456"
# Views of each of the last twenty days before today.
PAST = [2, 3, 1, 4, 6, 5, 3, 7, 9, 6, 8, 5, 10, 12, 9, 7, 11, 14, 12, 15]


@pytest.fixture(scope="module")
def weeks(api, outputs):
    """The asset has been watched for weeks."""
    before = api.asset_views(ASSET).json.get("views", 0)
    now = datetime.now(UTC)
    moments = [now - timedelta(days=len(PAST) - index) for index, views in enumerate(PAST) for _ in range(views)]
    written = [moment.isoformat(timespec="milliseconds")[:23] + "Z" for moment in moments]
    bodies = [json.dumps(view("guest", assetId=ASSET, playedAt=moment)) for moment in written]
    queue = Queue(outputs["EventsQueueUrl"])
    for start in range(0, len(bodies), 10):
        queue.send(*bodies[start : start + 10])
    expect_counted(api, ASSET, before + len(bodies))
    others = ["123"] * 23
    assert {reply.status for reply in concurrently(lambda asset: api.post_view(asset, "guest"), others)} == {200}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_in_pictures(visit, rank, weeks, tmp_path, scheme):
    rank()
    folder = Path(os.environ.get("SCREENSHOTS") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    viewer = visit(color_scheme=scheme, viewport={"width": 1100, "height": 1240}, reduced_motion="reduce")
    viewer.play(ASSET)
    expect(viewer.page.get_by_role("status")).to_contain_text("Views today")
    # The same picture of the clip each time.
    viewer.page.locator("video").evaluate(
        "video => new Promise(done => { video.pause(); video.onseeked = done; video.currentTime = 2 })"
    )
    viewer.page.evaluate("scrollTo(0, 0)")
    picture = folder / f"{scheme}.png"
    viewer.page.screenshot(path=picture)
    assert picture.stat().st_size < SIZE_LIMIT
