"""POST /play/asset/{assetId}/user/{userId}: the reply to a viewer's app, and the view that is counted."""

import pytest

from tests.e2e.helpers import CONTENT, URL, answer, assert_no_asset, assert_no_user, counts, eventually, new_id


def test_the_first_play_returns_the_whole_asset_and_counts_itself(api, video, user):
    reply = api.play(video, user)
    assert answer(reply) == (200, {"id": video, **CONTENT, **URL, **counts(1, 1)})
    assert reply.headers["content-type"] == "application/json"


def test_the_counts_are_the_recorded_totals_plus_this_play(api, video, user):
    for watcher in (user, user, new_id()):
        api.post_view(video, watcher)
    eventually(lambda: answer(api.views(video, user)), (200, counts(2, 3)), "the counts of three views")
    assert answer(api.play(video, user)) == (200, {"id": video, **CONTENT, **URL, **counts(3, 4)})


def test_a_play_is_counted(api, video, user):
    api.play(video, user)
    eventually(lambda: answer(api.views(video, user)), (200, counts(1, 1)), "the counts of one play")


def nothing(_api, _asset):
    pass


def metadata_only(api, asset):
    assert api.post_content(asset, CONTENT).status == 200
    eventually(lambda: api.content(asset).status, 200, "the metadata just stored")


def url_only(api, asset):
    assert api.post_url(asset, URL).status == 200
    eventually(lambda: api.url(asset).status, 200, "the URL just stored")


@pytest.mark.parametrize("known", [nothing, metadata_only, url_only])
def test_a_play_of_an_incomplete_asset_is_refused_and_not_counted(api, let_the_queue_pass, asset, user, known):
    known(api, asset)
    assert_no_asset(api.play(asset, user), asset)
    let_the_queue_pass()
    assert_no_asset(api.asset_views(asset), asset)
    assert_no_user(api.user_views(user), user)


def test_an_asset_can_be_played_as_soon_as_it_is_complete(api, asset, user):
    assert_no_asset(api.play(asset, user), asset)
    metadata_only(api, asset)
    assert_no_asset(api.play(asset, user), asset)
    url_only(api, asset)
    assert answer(api.play(asset, user)) == (200, {"id": asset, **CONTENT, **URL, **counts(1, 1)})
