"""The operator's commands `make audit`, `make recover` and `make redrive`, on the deployment under test."""

import json
import os
import subprocess
from pathlib import Path

import boto3
import pytest

from tests.e2e.helpers import answer, counts, eventually, new_id
from tests.e2e.queues import Queue, view

ROOT = Path(__file__).resolve().parents[2]


def make(target, *words):
    """Runs a make target on the deployment. Returns its exit code and its output."""
    command = ["make", "--no-print-directory", target, f"STACK_NAME={os.environ['STACK_NAME']}", *words]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=900)
    return ended.returncode, ended.stdout + ended.stderr


def test_a_view_in_a_log_that_is_recovered_twice_is_counted_once(api, let_the_queue_pass, asset, user, tmp_path):
    event = json.dumps(view(user, assetId=asset))
    line = {"level": "ERROR", "fields": {"message": "view not published", "event": event}}
    log = tmp_path / "log.json"
    log.write_text(f"START RequestId: 1\n{json.dumps(line)}\n")
    for _ in range(2):
        assert make("recover", f"FILE={log}") == (0, "1 views sent to the events queue\n")
    let_the_queue_pass()
    eventually(lambda: answer(api.views(asset, user)), (200, counts(1, 1)), "the counts of one view")


def test_a_dead_letter_that_is_redriven_twice_is_counted_once(api, let_the_queue_pass, outputs, asset, user):
    event = json.dumps(view(user, assetId=asset))
    dead_letters = Queue(outputs["DeadLetterQueueUrl"])
    for _ in range(2):
        dead_letters.send(event, event)
        code, said = make("redrive")
        assert code == 0, said
        eventually(lambda: answer(api.views(asset, user)), (200, counts(1, 1)), "the counts of one view")
    let_the_queue_pass()
    assert answer(api.views(asset, user)) == (200, counts(1, 1)), "a view that was redriven twice was counted twice"


@pytest.mark.skipif("AWS_ENDPOINT_URL" not in os.environ, reason="the test writes a wrong counter into the table")
def test_the_audit_finds_nothing_and_then_the_counter_that_is_wrong(let_the_queue_pass, outputs):
    let_the_queue_pass()
    code, said = make("audit")
    assert code == 0, said
    assert said.endswith(" markers, 0 wrong counters\n"), said
    table, wrong = boto3.resource("dynamodb").Table(outputs["AssetCountersTableName"]), new_id()
    table.put_item(Item={"id": wrong, "shard": 0, "views": 3})
    try:
        code, said = make("audit")
    finally:
        table.delete_item(Key={"id": wrong, "shard": 0})
    assert code != 0, "the audit passes over a wrong counter"
    assert f"asset#{wrong}: holds 3, should hold 0 to 0" in said, said
