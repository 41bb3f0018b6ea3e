"""Each relative link in a document leads to a file, and its anchor to a heading."""

import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.docs import documents

LINK = re.compile(r"\]\(([^()\s]+)\)")


@pytest.mark.parametrize("path", documents.paths(), ids=lambda path: str(path.relative_to(documents.ROOT)))
def test_each_relative_link_resolves(path):
    links = LINK.findall(documents.prose(path))
    assert [link for link in links if not re.match(r"https?:|mailto:", link) and not _resolves(path, link)] == []


def test_a_broken_link_is_noticed():
    page = documents.ROOT / "docs" / "ARCHITECTURE.md"
    assert _resolves(page, "decisions/0004-tables.md#decision")
    assert _resolves(page, "#code-map")
    assert not _resolves(page, "decisions/0000-none.md")
    assert not _resolves(page, "decisions/0004-tables.md#no-such-heading")


def _resolves(page: Path, link: str) -> bool:
    file, _, anchor = unquote(link).partition("#")
    target = (page.parent / file).resolve() if file else page
    return target.exists() and (not anchor or anchor in _anchors(target))


def _anchors(path: Path) -> set[str]:
    """The headings as GitHub writes them into a link."""
    headings = re.findall(r"^#+ (.+)$", documents.prose(path), flags=re.MULTILINE)
    plain = [re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading) for heading in headings]
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in plain}
