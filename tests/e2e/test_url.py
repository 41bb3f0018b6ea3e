"""GET, POST and DELETE /url/asset/{assetId}: an asset's URL on the CDN."""

import pytest

from tests.e2e.helpers import URL, answer, assert_no_asset, eventually

LONGEST = "https://cdn.example/".ljust(2048, "x")


def test_an_unknown_asset_is_not_found(api, asset):
    assert_no_asset(api.url(asset), asset)


def test_a_second_post_replaces_the_url(api, asset):
    api.post_url(asset, URL)
    replacement = {"url": "path/to/director's-cut.mp4"}
    assert answer(api.post_url(asset, replacement)) == (200, {"status": "ok"})
    eventually(lambda: answer(api.url(asset)), (200, {"id": asset, **replacement}), "the URL posted last")


def test_a_deleted_url_is_not_found_and_no_longer_played(api, video, user):
    for _ in range(2):
        assert answer(api.delete_url(video)) == (200, {"status": "ok"})
        eventually(lambda: api.url(video).status, 404, "the URL just deleted")
    assert_no_asset(api.play(video, user), video)


@pytest.mark.parametrize(
    "url",
    [
        "path/to/asset123.mp4",
        "https://cdn.example/alien.mp4?token=a%20b&t=1#start",
        "http://cdn.example:8080/alien.mp4",
        pytest.param(LONGEST, id="2048 characters"),
    ],
)
def test_a_posted_url_can_be_read(api, asset, url):
    posted = api.post_url(asset, {"url": url})
    assert answer(posted) == (200, {"status": "ok"})
    assert posted.headers["content-type"] == "application/json"
    eventually(lambda: answer(api.url(asset)), (200, {"id": asset, "url": url}), "the URL just stored")
    assert api.url(asset).headers["content-type"] == "application/json"


def test_a_body_without_a_content_type_is_read_as_json(api, asset):
    """The gateway passes it in Base64."""
    assert answer(api.post_url(asset, '{"url":"films/%C3%A9.mp4"}')) == (200, {"status": "ok"})
    eventually(lambda: answer(api.url(asset)), (200, {"id": asset, "url": "films/%C3%A9.mp4"}), "the URL just stored")
