"""Installs the Python environments that it is given by name while the functions compile.

Nothing is installed yet when it starts, so it and the modules it imports use the standard library only.
"""

import subprocess
import sys
import threading

from local import builds
from local.console import Failure, say
from local.processes import child, end_on_signals


def prepare(environments: list[str]) -> None:
    command = [builds.ROOT / "scripts" / "venv.sh", *environments]
    with child(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as installation:
        reader = threading.Thread(target=_repeat, args=(installation.stdout,))
        reader.start()
        # Elsewhere the functions are cross-compiled, which takes one of the environments.
        if sys.platform == "linux":
            builds.compile_for_development()
        reader.join()
        if installation.wait():
            raise Failure("the Python environments are not complete; see above")


def _repeat(lines) -> None:
    for line in lines:
        say(line.rstrip())


def main() -> int:
    end_on_signals()
    try:
        prepare(sys.argv[1:])
    except Failure as failure:
        failure.show()
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
