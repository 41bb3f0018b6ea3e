"""Writes docs/permissions.md, the table of the AWS calls that each function makes, from tests/rig/access.json.

python -m scripts.permissions
"""

import json
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ACCESS = ROOT / "tests" / "rig" / "access.json"
PAGE = ROOT / "docs" / "permissions.md"

HEAD = """\
# Permissions

Each function makes these AWS calls and no others. The [rig](../tests/rig/README.md) records them from the release
binaries, over every sample event, and while the queue refuses play and the table refuses count-views. `tests/template`
holds the roles of the template against the same list: every call is allowed, and every permission is used. Lambda
itself uses a role for the function's log, for polling the events queue and for storing failed events, which the table
leaves out.

`python -m scripts.permissions` writes this page from `tests/rig/access.json`.

| function | action | resource |
|---|---|---|
"""


def page() -> str:
    """The page, as it must be."""
    access = json.loads(ACCESS.read_text())
    rows = [
        (function, *permission.split(" ")) for function, permissions in access.items() for permission in permissions
    ]
    return HEAD + "".join(f"| `{function}` | `{action}` | {resource} |\n" for function, action, resource in rows)


if __name__ == "__main__":
    PAGE.write_text(page())
