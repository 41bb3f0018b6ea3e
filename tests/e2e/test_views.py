"""The routes under /events: the views of an asset and of a user."""

import pytest

from tests.e2e.helpers import answer, assert_no_asset, assert_no_user, concurrently, counts, eventually, new_id, publish


def test_an_asset_that_nobody_watched_is_not_found(api, asset):
    assert_no_asset(api.asset_views(asset), asset)


def test_a_user_who_watched_nothing_is_not_found(api, user):
    assert_no_user(api.user_views(user), user)


def test_both_counts_are_0_where_nothing_was_recorded(api, asset, user):
    assert answer(api.views(asset, user)) == (200, counts(0, 0))


def test_the_reply_to_a_recorded_view_has_the_counts_after_it(api):
    alien, brazil, ann, bob = (new_id() for _ in range(4))
    recorded = [answer(api.post_view(*view)) for view in [(alien, ann), (alien, bob), (alien, ann), (brazil, ann)]]
    assert recorded == [(200, counts(1, 1)), (200, counts(1, 2)), (200, counts(2, 3)), (200, counts(3, 1))]


@pytest.mark.parametrize("how", ["play", "post_view"])
def test_the_views_of_an_asset_and_of_a_user_are_never_swapped(api, how):
    alien, brazil = concurrently(lambda _: publish(api, new_id()), range(2))
    ann, bob, eve = (new_id() for _ in range(3))
    watch = getattr(api, how)
    watched = concurrently(watch, [alien, alien, alien, alien, brazil], [ann, ann, bob, eve, ann])
    assert [reply.status for reply in watched] == [200] * 5
    for read, expected in [
        (lambda: api.asset_views(alien), {"id": alien, "views": 4}),
        (lambda: api.asset_views(brazil), {"id": brazil, "views": 1}),
        (lambda: api.user_views(ann), {"id": ann, "views": 3}),
        (lambda: api.user_views(bob), {"id": bob, "views": 1}),
        (lambda: api.views(alien, ann), counts(3, 4)),
        (lambda: api.views(brazil, ann), counts(3, 1)),
        (lambda: api.views(alien, bob), counts(1, 4)),
        (lambda: api.views(brazil, bob), counts(1, 1)),
    ]:
        eventually(lambda read=read: answer(read()), (200, expected), f"the counts after each {how}")


def test_an_existing_count_is_returned_beside_a_missing_one(api, asset, user):
    watched, watcher = new_id(), new_id()
    api.post_view(watched, watcher)
    eventually(lambda: answer(api.views(watched, user)), (200, counts(0, 1)), "the counts of a new user")
    eventually(lambda: answer(api.views(asset, watcher)), (200, counts(1, 0)), "the counts of a new asset")
