"""A rush on one video: every view is counted exactly once."""

from collections import Counter

from tests.e2e.helpers import all_views, answer, concurrently, eventually, new_id


def test_200_concurrent_plays_by_50_users_are_counted_exactly(api, let_the_queue_pass, video):
    plays = {new_id(): 3 if number % 2 else 5 for number in range(50)}
    viewers = list(Counter(plays).elements())
    assert len(viewers) == 200

    replies = concurrently(lambda viewer: api.play(video, viewer).status, viewers, threads=len(viewers))
    assert Counter(replies) == {200: 200}, "some viewers could not play the video"

    exact = [200, *plays.values()]
    eventually(lambda: answer(api.asset_views(video)), (200, {"id": video, "views": 200}), "the views of 200 plays")
    eventually(lambda: all_views(api, video, plays), exact, "the views of the video, then of each user")
    let_the_queue_pass()
    assert all_views(api, video, plays) == exact, "plays were counted again later"
