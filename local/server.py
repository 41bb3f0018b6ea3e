"""ministack behind a guard, with a limit on gateway requests, alarms on metric math, and SQS's message move tasks.

A Lambda environment here is a process, and ministack starts one for every request that finds none idle. 200 concurrent
plays would each start four, and a few cores could finish none of them in time. AWS has room for that; the emulator
queues instead. Calls between functions bypass the gateway, so a waiting request cannot block an admitted one.

ministack's CloudFormation refuses an alarm on an expression. Here such an alarm watches its first metric, which nobody
looks at locally.
"""

import asyncio

import ministack.app as server
from ministack.services import sqs
from ministack.services.cloudformation import provisioners

from local import move_tasks
from local.guard import guarded, refusal_of_aws

ADMITTED = 8
GATEWAY = "/_aws/execute-api/"


def limited(app, limit: int):
    """The ASGI application `app` with at most `limit` gateway requests at once."""
    turns = asyncio.Semaphore(limit)

    async def admit(scope, receive, send):
        if scope["type"] == "http" and scope["path"].startswith(GATEWAY):
            async with turns:
                await app(scope, receive, send)
        else:
            await app(scope, receive, send)

    return admit


def on_first_metric(record):
    """`record`, ministack's reading of an alarm's properties, for an alarm on an expression too."""

    def read(name, properties):
        metrics = properties.get("Metrics", [])
        first = next((found["MetricStat"]["Metric"] for found in metrics if "MetricStat" in found), {})
        return record(name, {**properties, **first, "Metrics": None})

    return read


if __name__ == "__main__":
    provisioners._cw_metric_alarm_record = on_first_metric(provisioners._cw_metric_alarm_record)
    sqs._HANDLERS.update(move_tasks.HANDLERS)
    server.app = guarded(limited(server.app, ADMITTED), refusal_of_aws)
    server.main()
