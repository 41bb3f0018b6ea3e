"""README's first command as a newcomer runs it: it plays, counts, serves the page and ends with Ctrl-C.

Nothing is installed yet when it runs, so it uses the standard library only.
"""

import os
import random
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIMIT_SECONDS = 1800
# Printed in this order.
PLAYED, COUNTED, PAGE = "/play/asset/123/user/newcomer", "with the view counted", "The page is at "
API, READY, STOPPED = "The API is at ", "Ctrl-C stops", "Stopping"


def command() -> list[str]:
    """The first line of code in README's section "Run it"."""
    section = (ROOT / "README.md").read_text().split("\n## Run it\n")[1]
    return re.search(r"^    (.+)$", section, re.MULTILINE)[1].split()


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    # The system takes the ports of outgoing connections from a higher range.
    return next(port for port in (random.randint(20_000, 30_000) for _ in range(100)) if not is_open(port))


def fetch(address: str) -> str:
    # A proxy that the environment names does not know this machine.
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(address, timeout=30) as reply:
            return reply.read().decode()
    except OSError as error:
        return str(error)


def run(words: list[str], ports: dict[str, int]) -> tuple[str, str]:
    """Runs the command until it is ready, and interrupts it as Ctrl-C does. Returns its output and the page."""
    # A shell starts background jobs with SIGINT ignored, and a program inherits that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    child = subprocess.Popen(
        words,
        cwd=ROOT,
        env={**os.environ, **{variable: str(port) for variable, port in ports.items()}},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    signal.signal(signal.SIGALRM, lambda *_: os.killpg(child.pid, signal.SIGTERM))
    signal.alarm(LIMIT_SECONDS)
    output, page = [], ""
    for line in child.stdout:
        print(line, end="", flush=True)
        output.append(line)
        if line.startswith(PAGE):
            page = fetch(re.search(r"http://[\w.:]+\w", line)[0])
        if READY in line:
            os.killpg(child.pid, signal.SIGINT)
    child.wait()
    signal.alarm(0)
    return "".join(output), page


def main() -> None:
    ports = {"PORT": free_port(), "WEB_PORT": free_port()}
    output, page = run(command(), ports)
    places = [output.find(part) for part in (PLAYED, COUNTED, PAGE, API, READY, STOPPED)]
    if -1 in places or places != sorted(places):
        sys.exit("error: README's first command did not play, count, show its addresses and stop")
    if "<h1>videoms</h1>" not in page:
        sys.exit(f"error: the page that README's first command serves is {page[:500]!r}")
    if left := [port for port in ports.values() if is_open(port)]:
        sys.exit(f"error: README's first command has left something on port {left[0]}")


if __name__ == "__main__":
    main()
