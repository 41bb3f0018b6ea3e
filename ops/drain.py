"""Drains a stack before it is deleted, so that no view is left where nothing counts it.

STACK_NAME=videoms python -m ops.drain

Queues the views in the logs of play and count-views and in the bucket of failed events, waits until the events queue is
empty, and says what is left to do. Exits with 0 if nothing is left, with 1 if something is and with 2 if it could not
look. A drain is safe at any time and twice, because a view is counted once.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ops.stack import FAILED, Stack, run

# A view is counted up to this age.
WINDOW = timedelta(days=21)
# Lambda keeps an event that play sent directly for this long (template.yaml, MaximumEventAgeInSeconds).
DIRECT_EVENTS = timedelta(hours=6)
POLL_SECONDS = 1
# The messages that a queue holds. The numbers are approximate, and SQS takes up to a minute to correct them.
DEPTH = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed"]


class Failure(OSError):
    """The drain can't go on."""


def drain(stack: Stack, settle: float, limit: float) -> int:
    left = [
        *recover(stack),
        *wait_for_events(stack, settle, limit),
        *look_for_dead_letters(stack),
        *look_for_direct_events(stack),
    ]
    if not left:
        say("Nothing is left to do. While nobody plays, the stack can be deleted without losing a view.")
        return 0
    say("Left to do:")
    for item in left:
        say(f"  - {item}")
    return 1


def recover(stack: Stack) -> Iterator[str]:
    """Queues the views that are only in a log or in the bucket of failed events."""
    say("Reading the logs and the bucket of failed events of the last 21 days ...")
    with tempfile.TemporaryDirectory() as directory:
        found = 0
        for found, text in enumerate([*logged_views(stack), *failed_events(stack)], 1):
            (Path(directory) / f"{found}.json").write_bytes(text)
        code = stack.ops("recover", directory) if found else 0
    if not found:
        say("They hold no view.")
    if code == FAILED:
        raise Failure("the views could not be queued; see the message above")
    if code:
        yield f"Some views can't be read: search the log groups {' and '.join(logs(stack))} for playedAt."


def logs(stack: Stack) -> list[str]:
    """The log groups of the functions that log a view that nothing else took."""
    return [f"/aws/lambda/{stack.name}-{function}" for function in ("Play", "CountViews")]


def logged_views(stack: Stack) -> Iterator[bytes]:
    pages = stack.session.client("logs").get_paginator("filter_log_events")
    since = int((datetime.now(UTC) - WINDOW).timestamp() * 1000)
    for log in logs(stack):
        for page in pages.paginate(logGroupName=log, startTime=since, filterPattern='{ $.level = "ERROR" }'):
            messages = [event["message"] for event in page["events"] if "playedAt" in event["message"]]
            if messages:
                yield "\n".join(messages).encode()


def failed_events(stack: Stack) -> Iterator[bytes]:
    s3, bucket = stack.session.client("s3"), stack.outputs["FailedEventsBucketName"]
    since = datetime.now(UTC) - WINDOW
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for entry in page.get("Contents", []):
            if entry["LastModified"] > since:
                yield s3.get_object(Bucket=bucket, Key=entry["Key"])["Body"].read()


def wait_for_events(stack: Stack, settle: float, limit: float) -> Iterator[str]:
    """Waits until the events queue has been empty for `settle` seconds, at most `limit` seconds."""
    say("Waiting until the events queue is empty ...")
    start, last_full, shown = time.monotonic(), time.monotonic(), None
    while (waiting := depth(stack, "EventsQueueUrl")) or time.monotonic() < last_full + settle:
        now = time.monotonic()
        if waiting:
            last_full = now
        if waiting != shown:
            say(f"    about {waiting} messages")
            shown = waiting
        if now >= start + limit:
            yield f"The events queue holds about {waiting} messages: see whether count-views fails, then drain again."
            return
        time.sleep(POLL_SECONDS)


def look_for_dead_letters(stack: Stack) -> Iterator[str]:
    dead, poison = depth(stack, "DeadLetterQueueUrl"), depth(stack, "PoisonQueueUrl")
    say(f"The dead-letter queue holds {dead} messages and the poison queue {poison}.")
    if dead:
        yield f"Send the dead letters back with `make redrive STACK_NAME={stack.name}`, then drain again."
    if poison:
        yield "Look at the poison messages (docs/operations.md). What is not a lost view may be deleted with the queue."


def look_for_direct_events(stack: Stack) -> Iterator[str]:
    """Events that play sent directly may wait inside Lambda, where nobody can see them."""
    now = datetime.now(UTC)
    sums = stack.session.client("cloudwatch").get_metric_statistics(
        Namespace=stack.name,
        MetricName="ViewsInvoked",
        StartTime=now - DIRECT_EVENTS,
        EndTime=now,
        Period=int(DIRECT_EVENTS.total_seconds()),
        Statistics=["Sum"],
    )
    if any(point["Sum"] for point in sums["Datapoints"]):
        yield "play sent views directly in the last 6 hours, and Lambda may still hold some: drain again in 6 hours."


def depth(stack: Stack, output: str) -> int:
    """About how many messages a queue holds: visible, in flight and delayed."""
    sqs, url = stack.session.client("sqs"), stack.outputs[output]
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=DEPTH)["Attributes"]
    return sum(int(attributes[name]) for name in DEPTH)


def say(text: str) -> None:
    # Flushed, because `ops` writes to the same terminal.
    print(text, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m ops.drain", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--settle", type=float, default=60, metavar="SECONDS", help="how long the queue must be empty")
    parser.add_argument("--limit", type=float, default=900, metavar="SECONDS", help="how long to wait for that")
    arguments = parser.parse_args()
    return run(lambda stack: drain(stack, arguments.settle, arguments.limit))


if __name__ == "__main__":
    sys.exit(main())
