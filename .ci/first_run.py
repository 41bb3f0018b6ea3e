"""README's first command as a newcomer runs it: it plays a video, counts the view, and ends with Ctrl-C.

Nothing is installed yet when it runs, so it uses the standard library only.
"""

import os
import random
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIMIT_SECONDS = 1800
# Printed in this order.
PLAYED, COUNTED, READY, STOPPED = "/play/asset/123/user/newcomer", "with the view counted", "Ctrl-C stops", "Stopping"


def command() -> list[str]:
    """The first line of code in README's section "Run it"."""
    section = (ROOT / "README.md").read_text().split("\n## Run it\n")[1]
    return re.search(r"^    (.+)$", section, re.MULTILINE)[1].split()


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def run(words: list[str], port: int) -> str:
    """Runs the command until it is ready, and interrupts it as Ctrl-C does. Returns its output."""
    # A shell starts background jobs with SIGINT ignored, and a program inherits that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    child = subprocess.Popen(
        words,
        cwd=ROOT,
        env={**os.environ, "PORT": str(port)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    signal.signal(signal.SIGALRM, lambda *_: os.killpg(child.pid, signal.SIGTERM))
    signal.alarm(LIMIT_SECONDS)
    output = []
    for line in child.stdout:
        print(line, end="", flush=True)
        output.append(line)
        if READY in line:
            os.killpg(child.pid, signal.SIGINT)
    child.wait()
    signal.alarm(0)
    return "".join(output)


def main() -> None:
    # The system takes the ports of outgoing connections from a higher range.
    port = next(port for port in (random.randint(20_000, 30_000) for _ in range(100)) if not is_open(port))
    output = run(command(), port)
    places = [output.find(part) for part in (PLAYED, COUNTED, READY, STOPPED)]
    if -1 in places or places != sorted(places):
        sys.exit("error: README's first command did not play, count and stop")
    if is_open(port):
        sys.exit(f"error: README's first command has left something on port {port}")


if __name__ == "__main__":
    main()
