"""GET /events/top: the most viewed assets, as the last ranking found them."""

from datetime import UTC, datetime

import pytest

from tests.e2e.helpers import assert_refused, concurrently, eventually, new_id

WINDOWS = ("1", "7", "30", "all")
# The views that a test may add to a stack.
AFFORDABLE = 100


def top(api, query=""):
    reply = api.top(query)
    assert reply.status == 200, f"a reader sees {reply.status} {reply.text}"
    return reply.json


def least(api, window) -> int:
    """The views that an asset needs at least to be in the list of a window."""
    listed = top(api, f"days={window}&limit=100")["assets"]
    return listed[-1]["views"] + 1 if len(listed) == 100 else 1


def test_a_watched_asset_rises_to_the_top_of_each_list_in_order(api, rank, user):
    rank()
    few = max(least(api, window) for window in WINDOWS)
    if few > AFFORDABLE:
        pytest.skip(f"an asset needs {few} views to be listed on this stack, more than a test may add")
    more, less = new_id(), new_id()
    replies = concurrently(lambda asset: api.post_view(asset, user), [more] * (few + 1) + [less] * few)
    assert {reply.status for reply in replies} == {200}
    before = datetime.now(UTC).isoformat()[:19]

    def views(query):
        rank()
        return {asset["id"]: asset["views"] for asset in top(api, query)["assets"] if asset["id"] in (more, less)}

    for days in WINDOWS:
        expected = [(more, few + 1), (less, few)]
        eventually(lambda days=days: list(views(f"days={days}&limit=100").items()), expected, "the list")
    assert top(api)["asOf"][:19] >= before


def test_a_list_is_ordered_by_views_and_then_by_id_and_cut_to_its_limit(api, rank):
    rank()
    whole = top(api, "days=all&limit=100")["assets"]
    assert whole == sorted(whole, key=lambda asset: (-asset["views"], asset["id"]))
    assert top(api, "days=all&limit=3")["assets"] == whole[:3]
    assert len(top(api, "days=all")["assets"]) <= 10


def test_the_answer_repeats_its_window(api):
    windows = {query: top(api, query)["days"] for query in ("", "days=1", "days=30", "days=all")}
    assert windows == {"": 7, "days=1": 1, "days=30": 30, "days=all": "all"}


@pytest.mark.parametrize(
    ("query", "field"),
    [("days=2", "days"), ("days=", "days"), ("days=7&days=1", "days"), ("limit=0", "limit"), ("limit=101", "limit")],
)
def test_bad_parameters_are_refused_and_named(api, query, field):
    assert_refused(api.top(query), 400, "invalid_value", field)
