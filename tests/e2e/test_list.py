"""GET /content: the catalogue, page by page."""

import pytest

from tests.e2e.helpers import CONTENT, answer, assert_refused, concurrently, eventually, new_id


def walk(api, limit):
    """The pages from the first to the last."""
    query = f"limit={limit}"
    while True:
        reply = api.contents(query)
        assert reply.status == 200, f"a page is answered with {reply.status} {reply.text}"
        yield reply.json["assets"]
        if reply.json["next"] is None:
            return
        query = f"limit={limit}&cursor={reply.json['next']}"


@pytest.fixture(scope="module")
def posted(api):
    """The ids of five assets with metadata."""
    ids = [new_id() for _ in range(5)]
    assert concurrently(lambda asset: answer(api.post_content(asset, CONTENT)), ids) == [(200, {"status": "ok"})] * 5
    for asset in ids:
        eventually(lambda asset=asset: api.content(asset).status, 200, "the metadata just stored")
    return ids


@pytest.mark.parametrize("limit", [2, 100])
def test_the_pages_have_each_asset_once_and_only_the_last_is_short(api, posted, limit):
    pages = list(walk(api, limit))
    assert [len(page) for page in pages[:-1]] == [limit] * (len(pages) - 1)
    assets = [asset for page in pages for asset in page]
    ids = [asset["id"] for asset in assets]
    assert {"123", "456", *posted} <= set(ids)
    assert len(set(ids)) == len(ids), "an asset is in the catalogue twice"
    assert [asset for asset in assets if asset["id"] == posted[0]] == [{"id": posted[0], **CONTENT}]


def test_a_page_has_20_assets_without_a_limit(api):
    concurrently(lambda _: api.post_content(new_id(), CONTENT), range(21))
    eventually(lambda: len(api.contents().json["assets"]), 20, "the length of a page")


def test_deleted_metadata_leaves_the_list(api, asset):
    def is_listed():
        return any(found["id"] == asset for page in walk(api, 100) for found in page)

    api.post_content(asset, CONTENT)
    eventually(is_listed, True, "whether the asset just posted is listed")
    api.delete_content(asset)
    eventually(is_listed, False, "whether the asset just deleted is listed")


@pytest.mark.parametrize(
    ("query", "code", "field"),
    [
        ("limit=0", "invalid_value", "limit"),
        ("limit=101", "invalid_value", "limit"),
        ("limit=ten", "invalid_value", "limit"),
        ("limit=", "invalid_value", "limit"),
        ("limit=1&limit=2", "invalid_value", "limit"),
        ("cursor=", "invalid_value", "cursor"),
        ("cursor=123", "invalid_value", "cursor"),
        ("cursor=%22%3Cb%3E%00", "invalid_value", "cursor"),
        ("page=2", "unknown_parameter", "page"),
    ],
)
def test_a_bad_parameter_is_refused(api, query, code, field):
    assert_refused(api.contents(query), 400, code, field)
