"""The stages of `make test`: what could not run is listed and counts as nothing else."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def run(*commands: str) -> subprocess.CompletedProcess:
    script = "\n".join(["set -euo pipefail", "source scripts/stages.sh", *commands, "summary"])
    return subprocess.run(["bash", "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=30)


def test_a_stage_that_could_not_run_is_listed_as_skipped_and_does_not_count_as_passed():
    ended = run('stage "first" true', 'stage "second" bash -c "exit 3"', 'stage "third" true')
    assert ended.returncode == 0
    assert "make test: 2 stages passed, 1 skipped" in ended.stdout
    assert ended.stdout.endswith("    SKIPPED: second\n")


def test_a_stage_that_fails_ends_the_run():
    ended = run('stage "first" false', 'stage "second" echo later')
    assert (ended.returncode, "error: first failed" in ended.stderr) == (1, True)
    assert "later" not in ended.stdout


def test_every_file_of_local_tests_belongs_to_a_stage():
    stages = (ROOT / "scripts" / "test.sh").read_text()
    files = sorted(path.name for path in (ROOT / "tests" / "local").glob("test_*.py"))
    assert files
    assert [name for name in files if f"tests/local/{name}" not in stages] == []
