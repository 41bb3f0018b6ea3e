"""cargo with one line of progress instead of a line per crate. Uses the standard library only."""

import os
import re
import subprocess
import time

from local.console import clear_status, say, status
from local.processes import child, run

# `   Building [=====>      ] 123/204: serde, tokio`
PROGRESS = re.compile(r"\[[=> ]+\] (\d+)/(\d+)")
DOWNLOAD = re.compile(r"\s*(Downloaded|Downloading|Fetch|Updating)\b")
ROUTINE = re.compile(r"\s*(Blocking|Compiling|Finished|Fresh|Locking)\b")
# The pace of the first steps says nothing about the rest.
FEWEST_STEPS = 10
FEWEST_SECONDS = 5


class Progress:
    """How far a build is, and an estimate of the time left that assumes a steady pace."""

    def __init__(self):
        self._first = None

    def line(self, done: int, total: int) -> str:
        now = time.monotonic()
        self._first = self._first or (now, done)
        seconds, steps = now - self._first[0], done - self._first[1]
        so_far = f"compiling: {done} of {total}"
        if seconds < FEWEST_SECONDS or steps < FEWEST_STEPS:
            return so_far
        return f"{so_far}, about {seconds / steps * (total - done):.0f} s left"


def build(command: list, **options) -> int:
    """Runs a build and returns its exit code. With VERBOSE set, cargo's own output is shown."""
    if os.environ.get("VERBOSE"):
        return run(command, **options)
    env = {**options.pop("env", os.environ), "CARGO_TERM_PROGRESS_WHEN": "always", "CARGO_TERM_PROGRESS_WIDTH": "80"}
    progress = Progress()
    # In text mode a carriage return ends a line too, and cargo ends its progress with one.
    with child(command, env=env, stderr=subprocess.PIPE, text=True, errors="replace", **options) as cargo:
        for line in cargo.stderr:
            _show(line.rstrip(), progress)
        clear_status()
        return cargo.wait()


def _show(line: str, progress: Progress) -> None:
    if found := PROGRESS.search(line):
        status(progress.line(int(found[1]), int(found[2])))
    elif DOWNLOAD.match(line):
        status("downloading crates")
    elif line.strip() and not ROUTINE.match(line):
        say(line)  # A warning or an error.
