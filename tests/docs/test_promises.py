"""Each test that a document names exists, and each promise names one."""

import re

import pytest

from tests.docs import documents

PROMISES = documents.ROOT / "docs" / "promises.md"
NAMED = re.compile(r"`([\w./-]+\.(?:rs|py))::(\w+)`")
ROWS = [line for line in PROMISES.read_text().splitlines() if re.match(r"\| (?!promise \|)\w", line)]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split("|")[1].strip())
def test_a_promise_names_its_test(row):
    assert NAMED.search(row.split("|")[2]), "the second column names no test"


@pytest.mark.parametrize("path", documents.paths(), ids=lambda path: str(path.relative_to(documents.ROOT)))
def test_each_named_test_exists(path):
    missing = [f"{file}::{name}" for file, name in NAMED.findall(documents.prose(path)) if not _exists(file, name)]
    assert missing == []


def test_there_are_promises():
    assert len(ROWS) > 40


def test_a_test_that_does_not_exist_is_noticed():
    this = "tests/docs/test_promises.py"
    assert _exists(this, "test_a_test_that_does_not_exist_is_noticed")
    assert not _exists(this, "test_that_nobody_wrote")
    assert not _exists("tests/docs/no_such_file.py", "test_there_are_promises")


def _exists(file: str, name: str) -> bool:
    path = documents.ROOT / file
    return path.is_file() and re.search(rf"\b(?:fn|def) {name}\(", path.read_text()) is not None
