"""The emulator's stored data and its port, and the programs beside it, which end with it."""

import os
import signal
import socket

import boto3
import pytest

from local.console import Failure
from local.emulator import Emulator, answers, free_port, port_is_free
from local.processes import wait_until
from local.stack import require_free

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


def test_a_stop_stops_the_page_and_the_schedules_too(emulator, port):
    web_port = free_port()
    emulator.start(port, keep_state=False)
    emulator.start_beside("local.page", "--port", str(web_port), "--api-url", f"http://127.0.0.1:{port}")
    schedules = emulator.start_beside("local.schedules")
    assert wait_until(lambda: answers(web_port, "/"), 30)
    assert emulator.stop()
    assert schedules.wait(30) != 0
    assert port_is_free(web_port)


def test_ports_are_free_as_soon_as_a_stop_returns(emulator, port):
    # On Linux a killed process loses its environment, by which `stop` finds it, a little before its sockets.
    emulator.home.mkdir()
    for _ in range(30):
        server = emulator.start_beside("http.server", "--bind", "127.0.0.1", str(port))
        assert wait_until(lambda: not port_is_free(port), 30)
        assert emulator.stop()
        assert port_is_free(port)
        server.wait()


def test_a_port_that_is_taken_is_named_with_the_variable_that_chooses_another():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(Failure, match=f"port {port}; .* `make run WEB_PORT={port + 1}`"):
            require_free(PORT=free_port(), WEB_PORT=port)
    require_free(WEB_PORT=free_port())
