"""Follows the functions' log lines in CloudWatch Logs."""

import re
import time
from datetime import datetime

import boto3

from local import deployment
from local.console import say

POLL_SECONDS = 0.5
# The lines of an invocation appear when it ends, with times that may lie before those of the newest lines seen.
OVERLAP_MS = 5_000


def follow(since_ms: int) -> None:
    """Prints the functions' log lines until something else ends the program."""
    logs = boto3.client("logs")
    groups = {f"/aws/lambda/{function.name}": function.binary for function in deployment.functions()}
    width = max(map(len, groups.values()))
    seen: dict[str, int] = {}
    while True:
        news = [line | {"function": name} for group, name in groups.items() for line in _lines(logs, group, since_ms)]
        # ministack writes one stream per invocation, all at once. A stream that was seen once is complete.
        fresh = [line for line in news if line["logStreamName"] not in seen]
        for line in sorted(fresh, key=lambda line: line["timestamp"]):
            _print(line, width)
        seen |= {line["logStreamName"]: line["timestamp"] for line in fresh}
        since_ms = max([since_ms, *(line["timestamp"] - OVERLAP_MS for line in fresh)])
        seen = {stream: timestamp for stream, timestamp in seen.items() if timestamp >= since_ms}
        time.sleep(POLL_SECONDS)


def _lines(logs, group: str, since_ms: int) -> list[dict]:
    try:
        return logs.filter_log_events(logGroupName=group, startTime=since_ms)["events"]
    except logs.exceptions.ResourceNotFoundException:
        return []  # The function has not been invoked yet.


def _print(line: dict, width: int) -> None:
    message = line["message"].rstrip()
    if message.startswith(("START ", "END ")):
        return
    if report := re.match(r"REPORT .*?\tDuration: (\S+ ms)", message):
        message = f"took {report[1]}"
    time_of_day = datetime.fromtimestamp(line["timestamp"] / 1000).strftime("%H:%M:%S")
    say(f"{time_of_day}  {line['function']:{width}}  {message}")
