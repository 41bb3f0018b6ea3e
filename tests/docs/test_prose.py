"""The width of prose, as in .editorconfig."""

import re

import pytest

from tests.docs import documents

WIDTH = 120
# Tables, code, headings and pictures have lines of their own.
OTHER = re.compile(r"\||    |#|!\[|<")


@pytest.mark.parametrize("path", documents.paths(), ids=lambda path: str(path.relative_to(documents.ROOT)))
def test_no_line_of_prose_is_too_wide(path):
    wide = [line for line in documents.prose(path).splitlines() if len(line) > WIDTH and not OTHER.match(line)]
    assert wide == []
