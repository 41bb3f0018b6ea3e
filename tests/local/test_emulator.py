"""The emulator's stored data: kept by a stop, lost by a kill, and refused with advice when it is damaged."""

import os
import signal

import boto3
import pytest

from local.console import Failure
from local.emulator import Emulator, free_port
from local.processes import wait_until

TABLE = {
    "TableName": "kept",
    "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
}


@pytest.fixture
def port():
    return free_port()


@pytest.fixture
def emulator(tmp_path):
    emulator = Emulator(tmp_path / "home")
    yield emulator
    emulator.stop()


def dynamodb(port):
    return boto3.client("dynamodb", endpoint_url=f"http://127.0.0.1:{port}")


def test_a_stop_keeps_the_data_and_a_kill_loses_it(emulator, port):
    emulator.start(port, keep_state=True)
    dynamodb(port).create_table(**TABLE)
    os.kill(emulator.record["pid"], signal.SIGKILL)
    assert wait_until(lambda: not emulator.running, 10)

    emulator.start(port, keep_state=True)
    assert dynamodb(port).list_tables()["TableNames"] == []
    dynamodb(port).create_table(**TABLE)
    emulator.stop()

    emulator.start(port, keep_state=True)
    assert dynamodb(port).list_tables()["TableNames"] == ["kept"]


def test_damaged_data_is_named_with_the_command_that_makes_the_next_start_succeed(emulator, port):
    stored = emulator.data(port) / "state"
    stored.mkdir(parents=True)
    (stored / "dynamodb.json").write_text('{"payload": {"tab')
    with pytest.raises(Failure) as failure:
        emulator.start(port, keep_state=True)
    assert f"{stored / 'dynamodb.json'} is damaged" in str(failure.value)
    advice = str(failure.value).rpartition(": ")[2]
    assert advice == f"rm -r {emulator.data(port)}"
    assert os.system(advice) == 0
    emulator.start(port, keep_state=True)
    assert dynamodb(port).list_tables()["TableNames"] == []
