"""Runs one of the operator's programs (ops/src/bin) on the table and the queues of the stack that STACK_NAME names.

STACK_NAME=videoms python -m ops.stack audit
"""

import os
import subprocess
import sys
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError

ROOT = Path(__file__).resolve().parent.parent
# The programs' settings, each with the stack output that has its value.
SETTINGS = {
    "MARKERS_TABLE": "MarkersTableName",
    "USER_COUNTERS_TABLE": "UserCountersTableName",
    "ASSET_COUNTERS_TABLE": "AssetCountersTableName",
    "EVENTS_QUEUE_URL": "EventsQueueUrl",
    "DEAD_LETTER_QUEUE_URL": "DeadLetterQueueUrl",
}


def operate(stack_name: str, program: str, words: list[str]) -> int:
    session = boto3.Session()
    stack = session.client("cloudformation").describe_stacks(StackName=stack_name)["Stacks"][0]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    settings = {name: outputs[output] for name, output in SETTINGS.items()}
    # With the features of the whole workspace, as the tests are built, so that nothing is compiled twice.
    subprocess.run(["cargo", "build", "--quiet", "--locked", "--workspace", "--bin", program], cwd=ROOT, check=True)
    built = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "debug" / program
    return subprocess.run([built, *words], env={**os.environ, **settings, **_access(session)}).returncode


def _access(session: boto3.Session) -> dict[str, str]:
    """Credentials and region in the variables that the programs read, from a profile, a login or a role."""
    keys = session.get_credentials().get_frozen_credentials()
    return {
        "AWS_ACCESS_KEY_ID": keys.access_key,
        "AWS_SECRET_ACCESS_KEY": keys.secret_key,
        "AWS_SESSION_TOKEN": keys.token or "",
        "AWS_REGION": session.region_name or "",
    }


def main() -> int:
    try:
        return operate(os.environ["STACK_NAME"], sys.argv[1], sys.argv[2:])
    except (BotoCoreError, ClientError, subprocess.CalledProcessError) as error:
        print(f"error: {error}", file=sys.stderr)
    except KeyboardInterrupt:
        return 130
    return 1


if __name__ == "__main__":
    sys.exit(main())
