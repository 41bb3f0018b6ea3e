"""Child processes, none of which outlives the command that started it."""

import os
import signal
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

from local.console import Failure

POLL_SECONDS = 0.05


def wait_until(condition, seconds: float) -> bool:
    """Polls a condition until it holds or the time is over."""
    deadline = time.monotonic() + seconds
    while not (met := condition()) and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
    return met


@contextmanager
def child(command: list, **options):
    """Starts a command. If the block is left before the command ends, the command and its children are stopped."""
    # A process group of its own: stopping cargo alone would leave its compilers running.
    started = subprocess.Popen([str(word) for word in command], process_group=0, **options)
    try:
        yield started
    finally:
        if started.poll() is None:
            _end_group(started)


def run(command: list, **options) -> int:
    """Runs a command to its end and returns its exit code."""
    with child(command, **options) as started:
        return started.wait()


def run_quietly(command: list, log: Path, failure: str, **options) -> None:
    """Runs a command with its output in a log file, whose end is shown if the command fails."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w") as output:
        status = run(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, **options)
    if status:
        raise Failure(f"{failure}; the whole output is in {log}", tail(log))


def tail(log: Path, lines: int = 25) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])


def end_on_signals() -> None:
    """Makes SIGTERM and SIGHUP unwind the program as Ctrl-C does, so that it stops what it started."""

    def interrupt(signum, _frame):
        raise SystemExit(128 + signum)

    signal.signal(signal.SIGTERM, interrupt)
    signal.signal(signal.SIGHUP, interrupt)


def ignore_signals() -> None:
    """Protects the final clean-up: a second Ctrl-C must not leave half of the stack running."""
    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, signal.SIG_IGN)


def _end_group(leader: subprocess.Popen) -> None:
    for signum, patience in ((signal.SIGINT, 10), (signal.SIGKILL, 5)):
        try:
            os.killpg(leader.pid, signum)
        except ProcessLookupError:
            return
        wait_until(lambda: leader.poll() is not None and not _group_alive(leader.pid), patience)


def _group_alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
