"""README's commands are what CI runs on a fresh clone."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_ci_runs_the_commands_of_readme():
    section = (ROOT / "README.md").read_text().split("\n## Run it\n")[1].split("\n## ")[0]
    assert re.findall(r"^    (.+)$", section, re.MULTILINE) == ["make run"]
    assert "`make test` runs every check and test." in section
    ran = (ROOT / ".ci" / "run").read_text()
    # The first of these reads its command from README.
    assert re.search(r"^python3 \.ci/first_run\.py\nmake test ", ran, re.MULTILINE)
