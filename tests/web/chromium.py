"""The browser of these tests: Debian's Chromium or another that is installed. CHROMIUM names one.

As a program it says what is missing, and exits with 3, if there is none.
"""

import os
import shutil
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome")
# The browser calls nobody of its own accord, finds no host but this machine, and goes through no proxy.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-proxy-server",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


def executable() -> str | None:
    """The path of the browser, or None if there is none."""
    wanted = [os.environ["CHROMIUM"]] if os.environ.get("CHROMIUM") else NAMES
    return next(filter(None, map(shutil.which, wanted)), None)


def main() -> int:
    if executable():
        return 0
    sought = os.environ.get("CHROMIUM") or ", ".join(NAMES)
    print(f"error: the page's tests need Chromium or Chrome, and none is found as {sought}", file=sys.stderr)
    print("    Debian: apt install chromium. Elsewhere: set CHROMIUM to the browser's path.", file=sys.stderr)
    return 3


if __name__ == "__main__":
    sys.exit(main())
