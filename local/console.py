"""What the local commands say, and how they fail."""

import sys
import time
from contextlib import contextmanager


class Failure(Exception):
    """Ends a command: one line for the person at the terminal, after what a failed tool said, if one did."""

    def __init__(self, line: str, output: str = ""):
        super().__init__(line)
        self.output = output

    def show(self) -> None:
        if self.output:
            print(self.output, file=sys.stderr)
        print(f"error: {self}", file=sys.stderr, flush=True)


def say(text: str = "") -> None:
    # Flushed, because what follows is often a child process that writes to the same terminal.
    print(text, flush=True)


@contextmanager
def step(doing: str):
    """Says what begins and, once it is done, how long it took."""
    say(f"{doing} ...")
    started = time.monotonic()
    yield
    say(f"    done in {time.monotonic() - started:.1f} s")
