"""Runs `ops` on the tables and queues of the stack that STACK_NAME names.

STACK_NAME=videoms python -m ops.stack audit
"""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError

ROOT = Path(__file__).resolve().parent.parent
# The settings of `ops`, each with the stack output that has its value.
SETTINGS = {
    "MARKERS_TABLE": "MarkersTableName",
    "USER_COUNTERS_TABLE": "UserCountersTableName",
    "ASSET_COUNTERS_TABLE": "AssetCountersTableName",
    "EVENTS_QUEUE_URL": "EventsQueueUrl",
    "DEAD_LETTER_QUEUE_URL": "DeadLetterQueueUrl",
}
# The exit code of a command that could not do its work. 1 is for findings.
FAILED = 2
FAILURES = (BotoCoreError, ClientError, OSError, subprocess.CalledProcessError)


@dataclass(frozen=True)
class Stack:
    """A deployed stack."""

    name: str
    outputs: dict[str, str]
    session: boto3.Session

    @classmethod
    def from_environment(cls) -> "Stack":
        name, session = os.environ["STACK_NAME"], boto3.Session()
        stack = session.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]
        return cls(name, {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}, session)

    def ops(self, *words: str) -> int:
        """Builds `ops` and runs it. Returns its exit code."""
        # With the features of the whole workspace, as the tests are built, so that nothing is compiled twice.
        subprocess.run(["cargo", "build", "--quiet", "--locked", "--workspace", "--bin", "ops"], cwd=ROOT, check=True)
        built = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "debug" / "ops"
        settings = {name: self.outputs[output] for name, output in SETTINGS.items()}
        # The local stack's API is at another address than its output says, and a deployment's may have a domain.
        settings["API_URL"] = os.environ.get("API_URL") or self.outputs["ApiUrl"]
        return subprocess.run([built, *words], env={**os.environ, **settings, **self._access()}).returncode

    def _access(self) -> dict[str, str]:
        """Credentials and region in the variables that `ops` reads, from a profile, a login or a role."""
        keys = self.session.get_credentials().get_frozen_credentials()
        return {
            "AWS_ACCESS_KEY_ID": keys.access_key,
            "AWS_SECRET_ACCESS_KEY": keys.secret_key,
            "AWS_SESSION_TOKEN": keys.token or "",
            "AWS_REGION": self.session.region_name or "",
        }


def run(command) -> int:
    """Runs a command on the stack. Returns its exit code, and tells a failure in a sentence."""
    try:
        return command(Stack.from_environment())
    except FAILURES as error:
        print(f"error: {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(run(lambda stack: stack.ops(*sys.argv[1:])))
