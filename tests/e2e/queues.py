"""The queues of the stack, and the view event that they carry."""

import secrets
import time
import uuid
from datetime import UTC, datetime

import boto3

from tests.e2e.helpers import PATIENCE_SECONDS, new_id


def uuid7():
    millis, random = time.time_ns() // 1_000_000, secrets.randbits(74)
    bits = millis << 80 | 7 << 76 | (random >> 62) << 64 | 0b10 << 62 | random & (1 << 62) - 1
    return str(uuid.UUID(int=bits))


def view(user, **changes):
    """A view event as play would send it."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    event = {"version": 1, "eventId": uuid7(), "assetId": new_id(), "userId": user, "playedAt": now}
    return event | changes


class Queue:
    def __init__(self, url):
        self.url, self.sqs = url, boto3.client("sqs")

    def send(self, *bodies):
        """Sends all of them in one call, so that they are likely to be delivered together."""
        entries = [{"Id": str(number), "MessageBody": body} for number, body in enumerate(bodies)]
        assert not self.sqs.send_message_batch(QueueUrl=self.url, Entries=entries).get("Failed")

    def take(self, wanted):
        """Takes the messages with these bodies from the queue. Returns the attributes of those that arrive in time."""
        found, deadline = {}, time.monotonic() + PATIENCE_SECONDS
        while len(found) < len(wanted) and time.monotonic() < deadline:
            # Messages of other tests become visible again in a moment.
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
