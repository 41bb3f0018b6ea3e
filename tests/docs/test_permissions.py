"""The page of permissions."""

from scripts import permissions


def test_the_page_of_permissions_is_the_one_that_its_script_writes():
    assert permissions.PAGE.read_text() == permissions.page(), "run python -m scripts.permissions"
