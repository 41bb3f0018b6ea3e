"""The operator's commands `make audit`, `recover`, `redrive` and `drain`, on the deployment under test."""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import boto3
import pytest

from tests.e2e.helpers import answer, counts, eventually, new_id
from tests.e2e.queues import Queue, view

ROOT = Path(__file__).resolve().parents[2]
LOCAL = pytest.mark.skipif("AWS_ENDPOINT_URL" not in os.environ, reason="the test writes where only AWS should")


def run(command):
    """Runs a command in the checkout. Returns its exit code and its output."""
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=900)
    return ended.returncode, ended.stdout + ended.stderr


def make(target, *words):
    return run(["make", "--no-print-directory", target, f"STACK_NAME={os.environ['STACK_NAME']}", *words])


def redrive():
    """Redrives. Returns the number of dead letters that were sent back."""
    code, said = make("redrive")
    assert code == 0, said
    return int(re.match(r"(\d+) dead letters? sent back\.", said)[1])


def redrive_until(wanted):
    """Redrives until `wanted` dead letters were sent back. SQS can miss those that have just arrived."""
    sent_back = 0

    def enough():
        nonlocal sent_back
        sent_back += redrive()
        return sent_back >= wanted

    eventually(enough, True, "the dead letters sent back")


def drain(*words):
    """Drains with Python itself, because make turns every exit code but 0 into 2."""
    return run([sys.executable, "-m", "ops.drain", "--settle", "0", *words])


def logged(event):
    """The line in a log of a view that nothing else took."""
    line = {"level": "ERROR", "fields": {"message": "view not published", "event": event}}
    return json.dumps(line)


def test_a_view_in_a_log_that_is_recovered_twice_is_counted_once(api, let_the_queue_pass, asset, user, tmp_path):
    log = tmp_path / "log.json"
    log.write_text(f"START RequestId: 1\n{logged(json.dumps(view(user, assetId=asset)))}\n")
    for _ in range(2):
        assert make("recover", f"FILE={log}") == (0, "1 view sent to the events queue\n")
    let_the_queue_pass()
    eventually(lambda: answer(api.views(asset, user)), (200, counts(1, 1)), "the counts of one view")


def test_a_log_without_views_is_not_taken_for_a_recovery(tmp_path):
    log = tmp_path / "log.json"
    log.write_text("START RequestId: 1\n")
    code, said = make("recover", f"FILE={log}")
    assert code != 0, "an operator believes that views were recovered"
    assert said.startswith("No view found."), said


def test_a_dead_letter_that_is_redriven_twice_is_counted_once(api, let_the_queue_pass, outputs, asset, user):
    event = json.dumps(view(user, assetId=asset))
    dead_letters = Queue(outputs["DeadLetterQueueUrl"])
    for _ in range(2):
        dead_letters.send(event, event)
        redrive_until(2)
        eventually(lambda: answer(api.views(asset, user)), (200, counts(1, 1)), "the counts of one view")
    let_the_queue_pass()
    assert answer(api.views(asset, user)) == (200, counts(1, 1)), "a view that was redriven twice was counted twice"


@LOCAL
def test_the_audit_finds_nothing_and_then_the_counter_that_is_wrong(let_the_queue_pass, outputs):
    let_the_queue_pass()
    code, said = make("audit")
    assert code == 0, said
    assert re.search(r"\d markers?, 0 wrong counters\n$", said), said
    table, wrong = boto3.resource("dynamodb").Table(outputs["AssetCountersTableName"]), new_id()
    table.put_item(Item={"id": wrong, "shard": 0, "views": 3})
    try:
        code, said = make("audit")
    finally:
        table.delete_item(Key={"id": wrong, "shard": 0})
    assert code != 0, "the audit passes over a wrong counter"
    assert f"asset#{wrong}: holds 3, should hold 0\n" in said, said


@LOCAL
def test_a_drain_recovers_what_the_log_and_the_bucket_hold_and_names_dead_letters(api, outputs, asset):
    users = [new_id() for _ in range(4)]
    *in_logs, in_bucket, dead = (view(user, assetId=asset) for user in users)
    for function, event in zip(("Play", "CountViews"), in_logs, strict=True):
        log(function, logged(json.dumps(event)))
    record = json.dumps({"version": "1.0", "requestPayload": in_bucket})
    boto3.client("s3").put_object(Bucket=outputs["FailedEventsBucketName"], Key=new_id(), Body=record)
    Queue(outputs["DeadLetterQueueUrl"]).send(json.dumps(dead))

    code, said = drain()
    assert (code, "Send the dead letters back with `make redrive" in said) == (1, True), said
    seen = [api.user_views(user).json.get("views", 0) for user in users]
    assert seen == [1, 1, 1, 0], "a user does not see the views that were recovered"
    redrive_until(1)
    eventually(lambda: answer(api.user_views(users[3])), (200, {"id": users[3], "views": 1}), "the redriven view")
    _, said = drain()
    assert "The dead-letter queue holds 0 messages" in said, said
    assert "Send the dead letters back" not in said, said


@LOCAL
def test_a_drain_says_that_views_still_wait(outputs, user):
    event = json.dumps(view(user))
    boto3.client("sqs").send_message(QueueUrl=outputs["EventsQueueUrl"], MessageBody=event, DelaySeconds=30)
    code, said = drain("--limit", "0")
    assert code == 1, said
    assert re.search(r"The events queue holds about \d+ messages: see whether count-views fails", said), said


@LOCAL
def test_a_drain_says_that_lambda_may_hold_views():
    metric = {"MetricName": "ViewsInvoked", "Value": 1}
    boto3.client("cloudwatch").put_metric_data(Namespace=os.environ["STACK_NAME"], MetricData=[metric])
    code, said = drain()
    assert (code, "drain again in 6 hours" in said) == (1, True), said


def log(function, line):
    """Writes a line into a function's log."""
    logs, group, stream = boto3.client("logs"), f"/aws/lambda/{os.environ['STACK_NAME']}-{function}", new_id()
    logs.create_log_stream(logGroupName=group, logStreamName=stream)
    event = {"timestamp": time.time_ns() // 1_000_000, "message": line}
    logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=[event])
