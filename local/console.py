"""Messages of the commands to the person at the terminal."""

import sys
import threading
import time
from contextlib import contextmanager

PLAIN_STATUS_SECONDS = 10
CLEAR_LINE = "\r\x1b[K"

_lock = threading.RLock()
_status_shown = False
_last_status = 0.0


class Failure(Exception):
    """Ends a command with one line, which follows the output of the tool that failed, if there is one."""

    def __init__(self, line: str, output: str = ""):
        super().__init__(line)
        self.output = output

    def show(self) -> None:
        clear_status()
        if self.output:
            print(self.output, file=sys.stderr)
        print(f"error: {self}", file=sys.stderr, flush=True)


def say(text: str = "") -> None:
    # Flushed, because a child process often writes to the same terminal next.
    with _lock:
        clear_status()
        print(text, flush=True)


def status(text: str) -> None:
    """Shows progress in one line that the next status overwrites. Off a terminal, prints a line every ten seconds."""
    global _status_shown, _last_status
    with _lock:
        if sys.stdout.isatty():
            print(f"{CLEAR_LINE}    {text}", end="", flush=True)
            _status_shown = True
        elif time.monotonic() - _last_status >= PLAIN_STATUS_SECONDS:
            _last_status = time.monotonic()
            print(f"    {text}", flush=True)


def clear_status() -> None:
    global _status_shown
    with _lock:
        if _status_shown:
            print(CLEAR_LINE, end="", flush=True)
            _status_shown = False


@contextmanager
def step(doing: str):
    """Announces a step and, once it is done, how long it took."""
    say(f"{doing} ...")
    started = time.monotonic()
    yield
    say(f"    done in {time.monotonic() - started:.1f} s")
