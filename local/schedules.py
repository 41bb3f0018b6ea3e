"""Fires the stack's scheduled rules, which ministack keeps but never fires: at the start, and then every minute.

A rule's own rate may be an hour. Nobody who tries the stack waits for that long.
"""

import json
import time

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from local import deployment

SECONDS = 60


def fire() -> None:
    """Invokes the functions that the stack's scheduled rules have as targets."""
    events, functions = boto3.client("events"), boto3.client("lambda")
    for name in deployment.physical_names("AWS::Events::Rule").values():
        if "ScheduleExpression" in events.describe_rule(Name=name):
            for target in events.list_targets_by_rule(Rule=name)["Targets"]:
                functions.invoke(FunctionName=target["Arn"], InvocationType="Event", Payload=json.dumps({}).encode())


def main() -> None:
    while True:
        try:
            fire()
        except (BotoCoreError, ClientError) as error:
            # A deployment may be replacing the rule or its target. The next minute is soon enough.
            print(f"{type(error).__name__}: {error}", flush=True)
        time.sleep(SECONDS)


if __name__ == "__main__":
    main()
