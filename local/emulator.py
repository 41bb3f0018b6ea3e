"""The ministack process, which is AWS on one port of the loopback interface. Its files share one directory."""

import http.client
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from local.console import Failure
from local.processes import tail, wait_until

REGION = "us-east-1"
ROOT = Path(__file__).resolve().parent.parent
SERVER = "local.server"
HEALTH = "/_ministack/health"
MARK = "VIDEOMS_STACK"
START_SECONDS = 60
STOP_SECONDS = 30


def use_local_account(port: int) -> None:
    """Points this process and its children at the emulator, and away from AWS."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ.update(
        AWS_ENDPOINT_URL=f"http://127.0.0.1:{port}",
        AWS_REGION=REGION,
        AWS_DEFAULT_REGION=REGION,
        AWS_ACCESS_KEY_ID="test",
        AWS_SECRET_ACCESS_KEY="test",
        AWS_SHARED_CREDENTIALS_FILE="/dev/null",
        AWS_CONFIG_FILE="/dev/null",
        AWS_EC2_METADATA_DISABLED="true",
        NO_PROXY="127.0.0.1,localhost",
        no_proxy="127.0.0.1,localhost",
    )


def port_is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As a server would: connections that linger after the last run don't make the port busy.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    # The system takes the ports of outgoing connections from a higher range, so this one stays free for ministack.
    ports = (random.randint(20_000, 30_000) for _ in range(100))
    return next(port for port in ports if port_is_free(port))


@dataclass
class Emulator:
    """One ministack. It keeps a record in `home` for later commands."""

    home: Path

    @property
    def record(self) -> dict:
        """The facts that `note` wrote. Empty if there are none."""
        try:
            return json.loads((self.home / "stack.json").read_text())
        except (OSError, ValueError):
            return {}

    @property
    def log(self) -> Path:
        return self.home / "ministack.log"

    def data(self, port: int) -> Path:
        """The stored data. Stored queue URLs contain the port, so another port cannot use it."""
        return self.home / f"port-{port}"

    @property
    def running(self) -> bool:
        return self.record.get("pid") in self._processes()

    def note(self, **facts) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        (self.home / "stack.json").write_text(json.dumps({**self.record, **facts}, indent=2) + "\n")

    def start(self, port: int, keep_state: bool) -> None:
        """Starts ministack and waits until it answers."""
        self.stop()  # Functions may have survived a ministack that was killed.
        data = self.data(port)
        shutil.rmtree(data / "tmp", ignore_errors=True)  # ministack unpacked every build so far here.
        (data / "tmp").mkdir(parents=True)
        # Every invocation logs to a stream of its own. Old streams would slow each start and stop.
        (data / "state" / "cloudwatch_logs.json").unlink(missing_ok=True)
        _check(data / "state")
        with self.log.open("w") as output:
            child = subprocess.Popen(
                [sys.executable, "-P", "-m", SERVER],
                env=self._environment(port, keep_state, data),
                cwd=self.home,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C reaches `make run` only, which stops ministack in good order.
            )
        self.note(pid=child.pid, port=port, started=int(time.time() * 1000))
        wait_until(lambda: child.poll() is not None or answers(port, HEALTH), START_SECONDS)
        if child.poll() is not None or not answers(port, HEALTH):
            raise Failure("ministack did not start; see its message above", tail(self.log))

    def start_beside(self, module: str, *arguments: str) -> subprocess.Popen:
        """Starts a program of this repository beside ministack, which `stop` stops with it."""
        with (self.home / f"{module.rpartition('.')[2]}.log").open("w") as output:
            child = subprocess.Popen(
                [sys.executable, "-P", "-m", module, *arguments],
                env={**os.environ, MARK: str(self.home), "PYTHONPATH": str(ROOT)},
                cwd=self.home,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.note(beside=[*self.record.get("beside", []), child.pid])
        return child

    def stop(self) -> bool:
        """Stops ministack, which saves its state, and any process it left. False if there was nothing to stop."""
        found = self._processes()
        if self.running:
            self.note(stopping=True)  # A `make run` that follows the logs reads this.
            os.kill(self.record["pid"], signal.SIGTERM)
            wait_until(lambda: not self.running, STOP_SECONDS)
        left = self._processes()
        for process in left:
            _kill(process)
        # The next start may want the same ports.
        wait_until(lambda: not any(_holds_ports(process) for process in {*found, *left}), STOP_SECONDS)
        (self.home / "stack.json").unlink(missing_ok=True)
        return bool(found)

    def _environment(self, port: int, keep_state: bool, data: Path) -> dict[str, str]:
        return {
            **os.environ,
            MARK: str(self.home),
            "PYTHONPATH": str(ROOT),  # ministack runs in `home`, away from the checkout.
            "GATEWAY_PORT": str(port),
            "BIND_HOST": "127.0.0.1",
            "IOT_MTLS_ENABLED": "0",
            "PERSIST_STATE": str(int(keep_state)),
            "STATE_DIR": str(data / "state"),
            "TMPDIR": str(data / "tmp"),
            # Every idle function polls ministack ten times a second. One process per function stays regardless.
            "LAMBDA_WARM_TTL_SECONDS": "30",
        }

    def _processes(self) -> list[int]:
        """ministack and the functions that it started. They inherit the mark in its environment."""
        if not Path("/proc/self/environ").exists():
            # On a Mac the functions are containers, which ministack itself removes.
            record = self.record
            return [pid for pid in (record.get("pid"), *record.get("beside", [])) if pid and _is_ours(pid)]
        mark = f"{MARK}={self.home}".encode()
        return [int(entry.name) for entry in Path("/proc").glob("[0-9]*") if mark in _environment_of(entry)]


def _check(state: Path) -> None:
    """Refuses stored data that ministack would load in part, after which no start could succeed."""
    for path in sorted(state.glob("*.json")):
        try:
            json.loads(path.read_bytes())
        except ValueError as error:
            raise Failure(
                f"{path} is damaged ({error}). Delete the local data and start again: rm -r {state.parent}"
            ) from error


def _is_ours(process: int) -> bool:
    words = ["ps", "-o", "command=", "-p", str(process)]
    return " -m local." in subprocess.run(words, capture_output=True, text=True).stdout


def _environment_of(process: Path) -> list[bytes]:
    try:
        return (process / "environ").read_bytes().split(b"\0")
    except OSError:
        return []


def _holds_ports(process: int) -> bool:
    """Whether a process may have open sockets. One that is ending loses its environment before them."""
    if not Path("/proc/self/task").exists():
        return _is_ours(process)
    return any(_state_of(thread) not in ("", "X", "Z") for thread in Path(f"/proc/{process}/task").glob("*"))


def _state_of(thread: Path) -> str:
    """The letter after the command's name in brackets, as in proc(5). Empty for a thread that is gone."""
    try:
        return (thread / "stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return ""


def _kill(process: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)


def answers(port: int, path: str) -> bool:
    """Whether a server on that port of this machine answers a path with a 200."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
