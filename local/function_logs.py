"""Follows what the functions log, by way of CloudWatch Logs."""

import re
import time
from datetime import datetime

import boto3

from local.console import say

POLL_SECONDS = 0.5
# The lines of an invocation appear when it ends, and may be stamped a moment before the newest ones already seen.
OVERLAP_MS = 5_000


def follow(stack_name: str, since_ms: int) -> None:
    """Prints the functions' log lines until something else ends the program."""
    logs = boto3.client("logs")
    groups = _groups(stack_name)
    width = max(map(len, groups.values()))
    seen: dict[str, int] = {}
    while True:
        news = [event | {"function": name} for group, name in groups.items() for event in _events(logs, group, since_ms)]
        # ministack writes a stream per invocation, all at once, so a stream that was seen is done with.
        fresh = [event for event in news if event["logStreamName"] not in seen]
        for event in sorted(fresh, key=lambda event: event["timestamp"]):
            _print(event, width)
        seen |= {event["logStreamName"]: event["timestamp"] for event in fresh}
        since_ms = max([since_ms, *(event["timestamp"] - OVERLAP_MS for event in fresh)])
        seen = {stream: timestamp for stream, timestamp in seen.items() if timestamp >= since_ms}
        time.sleep(POLL_SECONDS)


def _groups(stack_name: str) -> dict[str, str]:
    """The functions' log groups, each with the name its binary has."""
    resources = boto3.client("cloudformation").describe_stack_resources(StackName=stack_name)["StackResources"]
    return {
        f"/aws/lambda/{item['PhysicalResourceId']}": _kebab(item["LogicalResourceId"].removesuffix("Function"))
        for item in resources
        if item["ResourceType"] == "AWS::Lambda::Function"
    }


def _events(logs, group: str, since_ms: int) -> list[dict]:
    try:
        return logs.filter_log_events(logGroupName=group, startTime=since_ms)["events"]
    except logs.exceptions.ResourceNotFoundException:
        return []  # Not invoked yet.


def _print(event: dict, width: int) -> None:
    message = event["message"].rstrip()
    if message.startswith(("START ", "END ")):
        return
    if report := re.match(r"REPORT .*?\tDuration: (\S+ ms)", message):
        message = f"took {report[1]}"
    time_of_day = datetime.fromtimestamp(event["timestamp"] / 1000).strftime("%H:%M:%S")
    say(f"{time_of_day}  {event['function']:{width}}  {message}")


def _kebab(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()
