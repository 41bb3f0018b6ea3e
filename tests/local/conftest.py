"""Tests of the ways to run the functions on a developer's machine, beside a local stack: see `stack.py private`.

    python -m local.stack private -- pytest tests/local
"""

import os
import random
import signal
import subprocess
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest

pytest.register_assert_rewrite("tests.local.checks")

from local.deployment import ROOT  # noqa: E402
from ops.api_client import Client  # noqa: E402
from local.emulator import port_is_free  # noqa: E402
from local.processes import tail, wait_until  # noqa: E402

START_SECONDS = 300


@pytest.fixture(scope="session")
def stack_port():
    """Where the local stack listens."""
    return urlsplit(os.environ["AWS_ENDPOINT_URL"]).port


@pytest.fixture(scope="session")
def deployed():
    """The API of the local stack itself, with a user 8 who has watched something."""
    client = Client(os.environ["API_URL"])
    assert client.request("POST", "/events/asset/123/user/8", signed=True).status == 200
    return client


@pytest.fixture(scope="session")
def served(tmp_path_factory):
    """Runs a server on a free port until the test session ends: give it the command for a port, get a client."""

    @contextmanager
    def serve(name, command, environment):
        port = next(port for port in (random.randint(20_000, 30_000) for _ in range(100)) if port_is_free(port))
        log = tmp_path_factory.mktemp(name) / "log"
        with log.open("w") as output:
            child = subprocess.Popen(
                command(port),
                cwd=ROOT,
                env=environment(port),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        client = Client(f"http://127.0.0.1:{port}")
        try:
            wait_until(lambda: child.poll() is not None or _answers(client), START_SECONDS)
            assert child.poll() is None and _answers(client), f"{name} is not well:\n{tail(log)}"
            yield client
        finally:
            os.killpg(child.pid, signal.SIGINT)
            try:
                child.wait(60)
            finally:
                _kill(child.pid)

    return serve


@pytest.fixture(scope="session")
def samples():
    """The sample events by the binary that they are for."""
    return {path.stem: path for path in sorted((ROOT / "events").glob("*.json"))}


def _answers(client) -> bool:
    try:
        return client.request("GET", "/health").status == 200
    except OSError:
        return False


def _kill(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        pass
