"""SQS's message move tasks, which ministack lacks. A task moves the visible messages at once and is over then."""

import time
import uuid

from ministack.services import sqs

# The tasks so far, the newest first.
_tasks: list[dict] = []


def start(request: dict, _queue_url: str) -> dict:
    source, destination = _queue(request["SourceArn"]), _queue(request["DestinationArn"])
    now = time.time()
    with sqs._queues_lock:
        moved = [message for message in source["messages"] if message["visible_at"] <= now]
        source["messages"] = [message for message in source["messages"] if message["visible_at"] > now]
        destination["messages"] += [_as_new(message, now) for message in moved]
    sqs.esm_wake.set()
    _tasks.insert(
        0,
        {
            "Status": "COMPLETED",
            "SourceArn": request["SourceArn"],
            "DestinationArn": request["DestinationArn"],
            "ApproximateNumberOfMessagesMoved": len(moved),
            "ApproximateNumberOfMessagesToMove": len(moved),
            "StartedTimestamp": int(now * 1000),
        },
    )
    return {"TaskHandle": uuid.uuid4().hex}


def newest(request: dict, _queue_url: str) -> dict:
    tasks = [task for task in _tasks if task["SourceArn"] == request["SourceArn"]]
    return {"Results": tasks[: request.get("MaxResults", 1)]}


HANDLERS = {"StartMessageMoveTask": start, "ListMessageMoveTasks": newest}


def _queue(arn: str) -> dict:
    queue = sqs._queue_by_arn(arn)
    if queue is None:
        raise sqs._Err("ResourceNotFoundException", f"there is no queue {arn}")
    return queue


def _as_new(message: dict, now: float) -> dict:
    """SQS gives a moved message a new id and counts its receives and its age from the start."""
    fresh = {"id": str(uuid.uuid4()), "sent_at": now, "visible_at": now, "receive_count": 0}
    sender = message["sys"]
    return {
        **message,
        **fresh,
        "enqueued_at": now,
        "first_receive_at": None,
        "receipt_handle": None,
        "sys": {**sender, "SentTimestamp": str(int(now * 1000))},
    }
