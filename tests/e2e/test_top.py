"""GET /events/top: the most viewed assets, as the last ranking found them."""

from datetime import UTC, datetime

import pytest

from tests.e2e.helpers import assert_refused, concurrently, eventually, new_id


def top(api, query=""):
    reply = api.top(query)
    assert reply.status == 200, f"a reader sees {reply.status} {reply.text}"
    return reply.json


def test_a_watched_asset_rises_to_the_top_of_each_list_in_order(api, rank, user):
    more, less = new_id(), new_id()
    # More views than most assets of other tests have, which share the list.
    replies = concurrently(lambda asset: api.post_view(asset, user), [more] * 12 + [less] * 11)
    assert {reply.status for reply in replies} == {200}
    before = datetime.now(UTC).isoformat()[:19]

    def views(query):
        rank()
        return {asset["id"]: asset["views"] for asset in top(api, query)["assets"] if asset["id"] in (more, less)}

    for days in ("1", "7", "30", "all"):
        eventually(
            lambda days=days: list(views(f"days={days}&limit=100").items()), [(more, 12), (less, 11)], "the list"
        )
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
