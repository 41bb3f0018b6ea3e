"""Child processes that never outlive the command that started them."""

import os
import signal
import subprocess
import time
from pathlib import Path

from local.console import Failure

POLL_SECONDS = 0.05


def wait_until(condition, seconds: float) -> bool:
    """Waits, at most so long, for something that can only be asked for."""
    deadline = time.monotonic() + seconds
    while not (met := condition()) and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
    return met


def run(command: list, **options) -> int:
    """Runs a command to its end; if this process is interrupted, the command and all its children go first."""
    # A process group of its own: killing cargo alone would leave its compilers running.
    child = subprocess.Popen([str(word) for word in command], process_group=0, **options)
    try:
        return child.wait()
    except BaseException:
        _end_group(child)
        raise


def run_quietly(command: list, log: Path, failure: str, **options) -> None:
    """Runs a command that says much and means little; shows the end of it only if it fails."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w") as output:
        status = run(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, **options)
    if status:
        raise Failure(f"{failure}; all of its output is in {log}", tail(log))


def tail(log: Path, lines: int = 25) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])


def end_on_signals() -> None:
    """Makes SIGTERM and SIGHUP unwind the program as Ctrl-C does, so that it stops what it started."""

    def interrupt(signum, _frame):
        raise SystemExit(128 + signum)

    signal.signal(signal.SIGTERM, interrupt)
    signal.signal(signal.SIGHUP, interrupt)


def ignore_signals() -> None:
    """For the last act: a second Ctrl-C must not leave half of it running."""
    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, signal.SIG_IGN)


def _end_group(child: subprocess.Popen) -> None:
    for signum, patience in ((signal.SIGINT, 10), (signal.SIGKILL, 5)):
        try:
            os.killpg(child.pid, signum)
        except ProcessLookupError:
            return
        wait_until(lambda: child.poll() is not None and not _group_alive(child.pid), patience)


def _group_alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
