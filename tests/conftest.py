"""Makes failing assertions in the shared modules as detailed as those in the tests."""

import pytest

pytest.register_assert_rewrite("tests.e2e.helpers", "tests.local.checks", "tests.web.visit")
