"""The events queue: a view delivered twice is counted once, and an unreadable message is kept with its reason."""

import json

import pytest

from tests.e2e.helpers import all_views, answer, assert_no_user, concurrently, counts, eventually, new_id
from tests.e2e.queues import Queue, view


@pytest.fixture(scope="module")
def events(outputs):
    return Queue(outputs["EventsQueueUrl"])


@pytest.fixture(scope="module")
def poison(outputs):
    return Queue(outputs["PoisonQueueUrl"])


def test_a_view_that_is_delivered_again_is_counted_once(api, let_the_queue_pass, events, asset, user):
    event = json.dumps(view(user, assetId=asset))
    events.send(event, event)
    eventually(lambda: answer(api.views(asset, user)), (200, counts(1, 1)), "the counts of one view")
    events.send(event)
    let_the_queue_pass()
    assert answer(api.views(asset, user)) == (200, counts(1, 1)), "one view, delivered again, was counted again"


def test_a_burst_of_views_each_delivered_twice_is_counted_exactly(api, let_the_queue_pass, events, asset):
    users = [new_id() for _ in range(50)]
    views = [json.dumps(view(user, assetId=asset)) for user in users * 4]
    # The two copies of a view are sent apart, so that they may or may not meet in one delivery.
    batches = [views[start : start + 10] for start in range(0, len(views), 10)] * 2
    concurrently(lambda batch: events.send(*batch), batches)

    exact = [200] + [4] * 50
    eventually(lambda: answer(api.asset_views(asset)), (200, {"id": asset, "views": 200}), "the views of 200 events")
    eventually(lambda: all_views(api, asset, users), exact, "the views of the asset, then of each user")
    let_the_queue_pass()
    assert all_views(api, asset, users) == exact, "views were counted again later"


def changed(**changes):
    return lambda user: json.dumps(view(user, **changes))


UNREADABLE = {
    "not JSON": lambda user: f"{user} plays it again",
    "an array": lambda user: json.dumps([view(user)]),
    "a newer version": changed(version=2),
    "no user": lambda user: json.dumps({name: value for name, value in view(user).items() if name != "userId"}),
    "no event id": lambda user: json.dumps({name: value for name, value in view(user).items() if name != "eventId"}),
    "an invalid event id": changed(eventId="1"),
    "an invalid asset id": changed(assetId="a/b"),
    "a number for a time": changed(playedAt=1),
    "no time": changed(playedAt="yesterday"),
}


@pytest.fixture(scope="module")
def unreadable(api, events, poison):
    """Sends UNREADABLE at once beside a good view. Returns the users, the bodies, the poison messages and the view."""
    users = {name: new_id() for name in UNREADABLE}
    bodies = {name: make(users[name]) for name, make in UNREADABLE.items()}
    good = view(new_id())
    events.send(*bodies.values(), json.dumps(good))
    return users, bodies, poison.take(set(bodies.values())), good


@pytest.mark.parametrize("name", UNREADABLE)
def test_an_unreadable_message_is_in_the_poison_queue_with_its_reason(unreadable, name):
    _, bodies, found, _ = unreadable
    assert bodies[name] in found, f"an operator does not find {bodies[name]} in the poison queue"
    reason = found[bodies[name]].get("reason", {}).get("StringValue")
    assert reason, f"an operator is not told why {bodies[name]} was not counted"


@pytest.mark.parametrize("name", UNREADABLE)
def test_an_unreadable_message_is_not_counted(api, unreadable, name):
    users, *_ = unreadable
    assert_no_user(api.user_views(users[name]), users[name])


def test_a_good_view_beside_bad_messages_is_counted(api, unreadable):
    *_, good = unreadable
    asset, user = good["assetId"], good["userId"]
    eventually(lambda: answer(api.views(asset, user)), (200, counts(1, 1)), "the counts of one view")
