"""DELETE /events/user: a user's total is forgotten, and the totals of assets stay."""

from tests.e2e.helpers import answer, assert_no_user, counts

OK = (200, {"status": "ok"})


def test_a_user_who_is_forgotten_is_not_found_and_the_assets_total_stays(api, asset, user):
    for expected in (counts(1, 1), counts(2, 2)):
        assert answer(api.post_view(asset, user)) == (200, expected)
    assert answer(api.forget(user)) == OK
    assert_no_user(api.user_views(user), user)
    assert answer(api.asset_views(asset)) == (200, {"id": asset, "views": 2})


def test_a_user_can_be_forgotten_again_and_without_a_view(api, user):
    assert [answer(api.forget(user)) for _ in range(2)] == [OK, OK]
    assert_no_user(api.user_views(user), user)


def test_a_view_after_the_deletion_counts_from_one_and_a_retry_from_before_it_does_not_count(api, asset, user):
    assert answer(api.post_view(asset, user, "before")) == (200, counts(1, 1))
    assert answer(api.forget(user)) == OK
    assert answer(api.post_view(asset, user, "before")) == (200, counts(0, 1))
    assert answer(api.post_view(asset, user, "after")) == (200, counts(1, 2))
