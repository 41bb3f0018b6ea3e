"""The events queue: delivered twice is counted once, and what can't be read is kept where it is found."""

import json
import secrets
import time
from datetime import UTC, datetime

import boto3
import pytest
from tests.e2e.helpers import PATIENCE_SECONDS, all_views, answer, assert_no_user, concurrently, counts, eventually, new_id


def uuid7():
    millis, random = time.time_ns() // 1_000_000, secrets.randbits(74)
    bits = millis << 80 | 7 << 76 | (random >> 62) << 64 | 0b10 << 62 | random & (1 << 62) - 1
    digits = f"{bits:032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def view(user, **changes):
    """A view event as play queues it."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    event = {"version": 1, "eventId": uuid7(), "assetId": new_id(), "userId": user, "playedAt": now}
    return event | changes


class Queue:
    def __init__(self, url):
        self.url, self.sqs = url, boto3.client("sqs")

    def send(self, *bodies):
        """Sends all of them in one call, so that they may well be delivered together."""
        entries = [{"Id": str(number), "MessageBody": body} for number, body in enumerate(bodies)]
        assert not self.sqs.send_message_batch(QueueUrl=self.url, Entries=entries).get("Failed")

    def take(self, wanted):
        """Takes the messages with these bodies out of the queue; returns the attributes of those that came in time."""
        found, deadline = {}, time.monotonic() + PATIENCE_SECONDS
        while len(found) < len(wanted) and time.monotonic() < deadline:
            # Messages of others show again in a moment.
            received = self.sqs.receive_message(
                QueueUrl=self.url,
                MaxNumberOfMessages=10,
                MessageAttributeNames=["All"],
                VisibilityTimeout=1,
                WaitTimeSeconds=1,
            )
            for message in received.get("Messages", []):
                if message["Body"] in wanted:
                    self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
                    found[message["Body"]] = message.get("MessageAttributes", {})
        return found


@pytest.fixture(scope="module")
def outputs(stack):
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


@pytest.fixture(scope="module")
def events(outputs):
    return Queue(outputs["EventsQueueUrl"])


@pytest.fixture(scope="module")
def dead_letters(outputs):
    return Queue(outputs["DeadLetterQueueUrl"])


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
    # Both copies of a view are sent apart, so that they meet in one delivery or do not.
    batches = [views[start : start + 10] for start in range(0, len(views), 10)] * 2
    concurrently(lambda batch: events.send(*batch), batches)

    exact = [200] + [4] * 50
    eventually(lambda: answer(api.asset_views(asset)), (200, {"id": asset, "views": 200}), "the views of 200 events")
    eventually(lambda: all_views(api, asset, users), exact, "the views of the asset, then of each user")
    let_the_queue_pass()
    assert all_views(api, asset, users) == exact, "views were counted again later"


def spoilt(**changes):
    return lambda user: json.dumps(view(user, **changes))


UNREADABLE = {
    "no JSON": lambda user: f"{user} plays it again",
    "an array": lambda user: json.dumps([view(user)]),
    "a newer version": spoilt(version=2),
    "no user": lambda user: json.dumps({name: value for name, value in view(user).items() if name != "userId"}),
    "no event id": lambda user: json.dumps({name: value for name, value in view(user).items() if name != "eventId"}),
    "an event id that is none": spoilt(eventId="1"),
    "an asset id that is none": spoilt(assetId="a/b"),
    "a number for a time": spoilt(playedAt=1),
    "no time": spoilt(playedAt="yesterday"),
}


@pytest.fixture(scope="module")
def unreadable(api, events, dead_letters):
    """All of UNREADABLE, queued at once beside a good view: the user and the body of each, and what became of them."""
    users = {name: new_id() for name in UNREADABLE}
    bodies = {name: make(users[name]) for name, make in UNREADABLE.items()}
    good = view(new_id())
    events.send(*bodies.values(), json.dumps(good))
    return users, bodies, dead_letters.take(set(bodies.values())), good


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_message_that_can_not_be_read_is_a_dead_letter_with_its_reason(unreadable, name):
    _, bodies, dead, _ = unreadable
    assert bodies[name] in dead, f"an operator looks in vain for {bodies[name]} in the dead-letter queue"
    reason = dead[bodies[name]].get("reason", {}).get("StringValue")
    assert reason, f"an operator is not told why {bodies[name]} was not counted"


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_message_that_can_not_be_read_is_not_counted(api, unreadable, name):
    users, *_ = unreadable
    assert_no_user(api.user_views(users[name]), users[name])


def test_a_good_view_beside_bad_messages_is_counted(api, unreadable):
    *_, good = unreadable
    asset, user = good["assetId"], good["userId"]
    eventually(lambda: answer(api.views(asset, user)), (200, counts(1, 1)), "the counts of one view")
