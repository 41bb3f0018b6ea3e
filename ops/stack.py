"""Runs one of the operator's programs (ops/src/bin) on the table and the queues of a stack, the local one by default."""

import os
import sys
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from local.console import Failure
from local.deployment import ROOT, STACK_NAME
from local.processes import run
from local.stack import running_stack

# What a program wants to know, by the stack's output that says so.
SETTINGS = {
    "MARKERS_TABLE": "MarkersTableName",
    "USER_COUNTERS_TABLE": "UserCountersTableName",
    "ASSET_COUNTERS_TABLE": "AssetCountersTableName",
    "EVENTS_QUEUE_URL": "EventsQueueUrl",
    "DEAD_LETTER_QUEUE_URL": "DeadLetterQueueUrl",
}


def operate(stack_name: str, program: str, words: list[str]) -> int:
    if not stack_name:
        running_stack()
        stack_name = STACK_NAME
    session = boto3.Session()
    stack = session.client("cloudformation").describe_stacks(StackName=stack_name)["Stacks"][0]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    settings = {name: outputs[output] for name, output in SETTINGS.items()}
    # With the workspace's features, as the tests are built: nothing is compiled twice.
    if run(["cargo", "build", "--quiet", "--locked", "--workspace", "--bin", program], cwd=ROOT):
        raise Failure(f"{program} does not compile; cargo says why above")
    built = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "debug" / program
    return run([built, *words], env={**os.environ, **settings, **_access(session)})


def _access(session: boto3.Session) -> dict[str, str]:
    """Credentials and region as the programs read them, wherever boto3 found them: a profile, a login, a role."""
    keys = session.get_credentials().get_frozen_credentials()
    return {
        "AWS_ACCESS_KEY_ID": keys.access_key,
        "AWS_SECRET_ACCESS_KEY": keys.secret_key,
        "AWS_SESSION_TOKEN": keys.token or "",
        "AWS_REGION": session.region_name or "",
    }


def main() -> int:
    try:
        return operate(sys.argv[1], sys.argv[2], sys.argv[3:])
    except Failure as failure:
        failure.show()
    except (BotoCoreError, ClientError) as error:
        Failure(f"{type(error).__name__}: {error}").show()
    return 1


if __name__ == "__main__":
    sys.exit(main())
