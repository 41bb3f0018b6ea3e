"""GET, POST and DELETE /content/asset/{assetId}: an asset's metadata."""

import pytest

from tests.e2e.helpers import AS_JSON, CONTENT, answer, assert_no_asset, eventually


def test_an_unknown_asset_is_not_found(api, asset):
    assert_no_asset(api.content(asset), asset)


def test_posted_metadata_can_be_read(api, asset):
    posted = api.post_content(asset, CONTENT)
    assert answer(posted) == (200, {"status": "ok"})
    assert posted.headers["content-type"] == "application/json"
    eventually(lambda: answer(api.content(asset)), (200, {"id": asset, **CONTENT}), "the metadata just stored")
    assert api.content(asset).headers["content-type"] == "application/json"


def test_a_second_post_replaces_the_whole_record(api, asset):
    api.post_content(asset, CONTENT)
    replacement = {"title": "Aliens", "genre": "action", "summary": ""}
    assert answer(api.post_content(asset, replacement)) == (200, {"status": "ok"})
    eventually(lambda: answer(api.content(asset)), (200, {"id": asset, **replacement}), "the metadata posted last")


def test_deleted_metadata_is_not_found_and_can_be_posted_again(api, video):
    for _ in range(2):
        assert answer(api.delete_content(video)) == (200, {"status": "ok"})
        eventually(lambda: api.content(video).status, 404, "the metadata just deleted")
    assert_no_asset(api.content(video), video)
    assert answer(api.post_content(video, CONTENT)) == (200, {"status": "ok"})
    eventually(lambda: answer(api.content(video)), (200, {"id": video, **CONTENT}), "the metadata posted again")


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"title": "t"}, id="a title of 1 character"),
        pytest.param({"title": "t" * 200}, id="a title of 200 characters"),
        pytest.param({"title": "映" * 200}, id="a title of 200 characters of 3 bytes each"),
        pytest.param({"title": "🎬" * 200}, id="a title of 200 characters of 4 bytes each"),
        pytest.param({"genre": "g"}, id="a genre of 1 character"),
        pytest.param({"genre": "g" * 64}, id="a genre of 64 characters"),
        pytest.param({"summary": ""}, id="an empty summary"),
        pytest.param({"summary": "s" * 4000}, id="a summary of 4000 characters"),
        pytest.param({"title": '"It\'s" <b>\\ {{x}} $1 %2F é'}, id="a title of special characters"),
    ],
)
def test_fields_are_stored_verbatim_up_to_their_limits(api, asset, changes):
    content = CONTENT | changes
    assert answer(api.post_content(asset, content)) == (200, {"status": "ok"})
    eventually(lambda: answer(api.content(asset)), (200, {"id": asset, **content}), "the metadata just stored")


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "Application/JSON"])
def test_other_spellings_of_the_json_media_type_are_accepted(api, asset, content_type):
    assert answer(api.post_content(asset, CONTENT, headers={"Content-Type": content_type})) == (200, {"status": "ok"})


def test_a_body_without_a_content_type_is_read_as_json(api, asset):
    """The gateway passes it in Base64."""
    body = '{"title":"映画","genre":"drama","summary":""}'
    assert answer(api.post_content(asset, body)) == (200, {"status": "ok"})
    expected = {"id": asset, "title": "映画", "genre": "drama", "summary": ""}
    eventually(lambda: answer(api.content(asset)), (200, expected), "the metadata just stored")


@pytest.mark.parametrize("headers", [AS_JSON, None], ids=["as JSON", "without a content type"])
def test_a_body_of_exactly_64_kib_is_read(api, asset, headers):
    body = '{"title":"It","genre":"horror","summary":""}'.ljust(64 * 1024)
    assert answer(api.post_content(asset, body, headers=headers)) == (200, {"status": "ok"})
