"""The Idempotency-Key header: repeated calls with one key count once."""

import string

import pytest

from tests.e2e.helpers import (
    CONTENT,
    URL,
    answer,
    assert_no_user,
    assert_refused,
    concurrently,
    counts,
    eventually,
    new_id,
    publish,
)

BAD_KEYS = [
    pytest.param("", id="empty"),
    pytest.param("k" * 129, id="129 characters"),
    pytest.param("a b", id="a space"),
    pytest.param("a\tb", id="a tab"),
]
LONGEST_KEY = (string.ascii_letters + string.digits + string.punctuation).ljust(128, "k")

both_ways = pytest.mark.parametrize("how", ["play", "post_view"])


@both_ways
@pytest.mark.parametrize("key", ["once", LONGEST_KEY], ids=["short", "128 characters"])
def test_concurrent_calls_with_one_key_count_once(api, let_the_queue_pass, video, user, how, key):
    call = getattr(api, how)
    replies = concurrently(lambda _: call(video, user, key), range(8))
    assert [reply.status for reply in replies] == [200] * 8, "a repeated call is not answered like the first"
    eventually(lambda: answer(api.views(video, user)), (200, counts(1, 1)), f"the counts of one {how}")
    assert call(video, user, key).status == 200
    let_the_queue_pass()
    assert answer(api.views(video, user)) == (200, counts(1, 1)), f"one {how}, repeated, was counted again"


def test_a_repeated_view_is_answered_with_the_same_counts(api, asset, user):
    assert [answer(api.post_view(asset, user, "once")) for _ in range(2)] == [(200, counts(1, 1))] * 2


def test_a_play_that_is_repeated_is_answered_with_what_was_recorded(api, video, user):
    played = (200, {"id": video, **CONTENT, **URL, **counts(1, 1)})
    assert answer(api.play(video, user, "once")) == played
    recorded = (200, {**counts(1, 1), "recorded": True})
    eventually(lambda: answer(api.views(video, user, "once")), recorded, "the counts of one play")
    assert answer(api.play(video, user, "once")) == played, "a viewer who retries sees a view too many"
    assert answer(api.views(video, user, "another")) == (200, {**counts(1, 1), "recorded": False})


@both_ways
def test_a_key_stands_for_one_view_of_one_asset_by_one_user(api, how):
    alien, brazil = concurrently(lambda _: publish(api, new_id()), range(2))
    ann, bob = new_id(), new_id()
    call, key = getattr(api, how), new_id()
    replies = concurrently(call, [alien, alien, brazil, alien], [ann, bob, ann, ann], [key, key, key, "another"])
    assert [reply.status for reply in replies] == [200] * 4
    eventually(lambda: answer(api.views(alien, ann)), (200, counts(3, 3)), "the counts of Ann and Alien")
    eventually(lambda: answer(api.views(brazil, bob)), (200, counts(1, 1)), "the counts of Bob and Brazil")


def test_without_a_key_each_call_counts(api, asset, user):
    assert [answer(api.post_view(asset, user)) for _ in range(2)] == [(200, counts(1, 1)), (200, counts(2, 2))]


@pytest.fixture(scope="module")
def shared_video(api):
    return publish(api, new_id())


@both_ways
@pytest.mark.parametrize("key", BAD_KEYS)
def test_a_bad_key_is_refused(api, shared_video, user, how, key):
    reply = getattr(api, how)(shared_video, user, key)
    assert_refused(reply, 400, "invalid_idempotency_key", "Idempotency-Key")
    assert "quotes are part of the key" in reply.json["status"]


@pytest.mark.parametrize("event_id", ["", "k", "00000000-0000-0000-0000-000000000000"], ids=["empty", "a key", "nil"])
def test_a_bad_event_id_is_refused(api, asset, user, event_id):
    route = f"/events/asset/{asset}/user/{user}"
    reply = api.request("GET", route, headers={"Event-Id": event_id}, signed=True)
    assert_refused(reply, 400, "invalid_event_id", "Event-Id")


def test_a_call_with_a_bad_key_is_not_counted(api, let_the_queue_pass, video, user):
    assert {api.play(video, user, "a b").status, api.post_view(video, user, "a b").status} == {400}
    let_the_queue_pass()
    assert_no_user(api.user_views(user), user)
