"""README's requests, then those of docs/api.md, on a stack as `make run` leaves it: each command and each answer."""

import os
import re
import subprocess

import pytest

from local.builds import ROOT
from local.processes import wait_until
from ops.api_client import Client

# The local stack ranks the assets once a minute.
PATIENCE_SECONDS = 90
# They differ from run to run.
VOLATILE = {r'"latencyMs":\d+': '"latencyMs":0', r"\d{4}-\d\d-\d\d(T[\d:.]+Z)?": "TIME"}


def code() -> list[str]:
    """The lines of code in README's section on the API and in the document that goes on from it."""
    section = (ROOT / "README.md").read_text().split("\n## The API\n")[1].split("\n## ")[0]
    text = section + (ROOT / "docs" / "api.md").read_text()
    return [line[4:] for line in text.splitlines() if line.startswith("    ")]


def parsed(lines: list[str]) -> tuple[str, list[tuple[str, str]]]:
    """The preparation, and each command with its answer."""
    preparation, requests = [], []
    for line in lines:
        if line.startswith("$ "):
            requests.append(([line[2:]], []))
        elif not requests:
            preparation.append(line)
        else:
            command, shown = requests[-1]
            (command if command[-1].endswith("\\") else shown).append(line)
    return "\n".join(preparation), [("\n".join(command), "\n".join(shown)) for command, shown in requests]


@pytest.fixture(scope="module")
def played_once():
    """`make run` has played once."""
    api = Client(os.environ["API_URL"])
    views = "/events/asset/123/user/newcomer"
    assert api.request("POST", "/play/asset/123/user/newcomer").status == 200
    counted = {"userviews": 1, "assetviews": 1}
    assert wait_until(lambda: api.request("GET", views, signed=True).json == counted, PATIENCE_SECONDS)


def test_each_request_is_answered_as_the_documents_show(played_once):
    preparation, requests = parsed(code())
    assert len(requests) >= 17
    assert "$(make -s url)" in preparation
    for command, shown in requests:
        assert shown, f"no answer is shown to {command}"
        # A read is repeated, because a view is counted a moment after its play.
        patience = 0 if re.search(r"-X (POST|DELETE)", command) else PATIENCE_SECONDS
        answers = []

        def as_shown(command=command, shown=shown, answers=answers):
            answers.append(run(preparation, command))
            return matches(shown, answers[-1])

        assert wait_until(as_shown, patience), f"{command}\nis answered\n{answers[-1]}\nand the document shows\n{shown}"


def run(preparation: str, command: str) -> str:
    # The stack under test is not that of `make run`, and curl shows its progress if its output is no terminal.
    stand_ins = 'make() { echo "$API_URL"; }\ncurl() { command curl --silent --show-error "$@"; }'
    script = "\n".join([stand_ins, preparation, command])
    ended = subprocess.run(["bash", "-euo", "pipefail", "-c", script], capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0, f"{command}\n{ended.stderr}"
    return ended.stdout.strip()


def matches(shown: str, answer: str) -> bool:
    """Whether an answer is the one that is shown, in which `...` stands for anything."""
    for volatile, fixed in VOLATILE.items():
        shown, answer = re.sub(volatile, fixed, shown), re.sub(volatile, fixed, answer)
    return re.fullmatch(".*".join(map(re.escape, shown.split("..."))), answer) is not None


def test_an_answer_that_differs_is_noticed():
    assert matches('{"latencyMs":1,"at":"2026-11-25"}', '{"latencyMs":22,"at":"2027-01-01"}')
    assert matches('{"assets":[...],"next":null}', '{"assets":[1,2],"next":null}')
    assert not matches('{"views":1}', '{"views":2}')
    assert not matches('{"views":1}', '{"views":1,"more":true}')
    assert not matches('{"views":1}', "")
