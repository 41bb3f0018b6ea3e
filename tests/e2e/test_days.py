"""GET /events/asset/{assetId}/days: views per day in UTC."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.e2e.helpers import assert_refused, eventually
from tests.e2e.queues import Queue, view


@pytest.fixture
def midnight():
    """The last one in UTC."""
    return datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def written(moment):
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def days(api, asset, query=""):
    """The views per day that are not 0."""
    reply = api.asset_days(asset, query)
    assert reply.status == 200, f"a reader sees {reply.status} {reply.text}"
    return {day["date"]: day["views"] for day in reply.json["days"] if day["views"]}


def test_plays_on_both_sides_of_midnight_count_on_their_own_days(api, outputs, asset, user, midnight):
    """A batch may hold several days, as when the queue has waited over midnight."""
    just_before = midnight - timedelta(milliseconds=1)
    played = [just_before, midnight, just_before, midnight - timedelta(days=20)]
    bodies = [json.dumps(view(user, assetId=asset, playedAt=written(moment))) for moment in played]
    Queue(outputs["EventsQueueUrl"]).send(*bodies)
    expected = {
        (midnight - timedelta(days=20)).date().isoformat(): 1,
        just_before.date().isoformat(): 2,
        midnight.date().isoformat(): 1,
    }
    eventually(lambda: days(api, asset), expected, "the days of four plays")
    assert api.asset_views(asset).json["views"] == 4


def test_a_play_is_on_the_day_of_today(api, video, user):
    before = datetime.now(UTC).date().isoformat()
    assert api.play(video, user).status == 200
    eventually(lambda: list(days(api, video).values()), [1], "the day of a play")
    assert min(days(api, video)) >= before


def test_days_without_views_are_zeros_oldest_first(api, asset):
    before = datetime.now(UTC).date()
    reply = api.asset_days(asset, "days=3")
    after = datetime.now(UTC).date()
    dates = [day["date"] for day in reply.json["days"]]
    assert dates in [[(today - timedelta(days=back)).isoformat() for back in (2, 1, 0)] for today in (before, after)]
    assert (reply.status, reply.json) == (200, {"id": asset, "days": [{"date": date, "views": 0} for date in dates]})
    assert len(api.asset_days(asset).json["days"]) == 30


@pytest.mark.parametrize("query", ["days=0", "days=31", "days=", "days=week", "days=7&days=7"])
def test_bad_days_are_refused_and_named(api, asset, query):
    assert_refused(api.asset_days(asset, query), 400, "invalid_value", "days")
