"""Fixtures for tests of the ways to run the functions on a developer's machine, beside a local stack.

python -m local.stack private -- pytest tests/local
"""

import os
import signal
import subprocess
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from local.builds import ROOT
from local.emulator import free_port
from local.processes import tail, wait_until
from ops.api_client import Client

START_SECONDS = 300


@pytest.fixture(scope="session")
def stack_port():
    """The port that the local stack listens on."""
    return urlsplit(os.environ["AWS_ENDPOINT_URL"]).port


@pytest.fixture(scope="session")
def built_template():
    """The template that the local stack was deployed from."""
    return Path(os.environ["BUILT_TEMPLATE"])


@pytest.fixture(scope="session")
def deployed():
    """The API of the local stack itself. Its user 8 has watched something, as the sample events expect."""
    client = Client(os.environ["API_URL"])
    assert client.request("POST", "/events/asset/123/user/8", signed=True).status == 200
    return client


@pytest.fixture(scope="session")
def served(tmp_path_factory):
    """Runs a server on a free port for as long as the block lasts. Takes the command for a port and yields a client."""

    @contextmanager
    def serve(name, command, environment):
        port = free_port()
        log = tmp_path_factory.mktemp(name) / "log"
        # A shell starts background jobs with SIGINT ignored, and a program inherits that.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        with log.open("w") as output:
            server = subprocess.Popen(
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
            wait_until(lambda: server.poll() is not None or _answers(client), START_SECONDS)
            assert server.poll() is None, f"{name} has ended:\n{tail(log)}"
            assert _answers(client), f"{name} is not well:\n{tail(log)}"
            yield client
        finally:
            os.killpg(server.pid, signal.SIGINT)
            try:
                server.wait(60)
            finally:
                _kill(server.pid)

    return serve


@pytest.fixture(scope="session")
def samples():
    """The path of each binary's sample event. What deletes comes last, because the others read and play the asset."""
    events = {path.stem: path for path in sorted((ROOT / "events").glob("*.json"))}
    return dict(sorted(events.items(), key=lambda event: event[0].startswith("delete-")))


def _answers(client) -> bool:
    try:
        return client.request("GET", "/health").status == 200
    except OSError:
        return False


def _kill(group: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)
