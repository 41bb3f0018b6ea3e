"""/docs/, the description of the API as a person reads it."""

from pathlib import Path

import yaml
from playwright.sync_api import expect

DESCRIPTION = Path(__file__).resolve().parents[2] / "api" / "openapi.yaml"
# Swagger UI's colours are pale, an operation's heading is a button with a link in it, its headings begin at the third
# level, its landmark leaves out the introduction, and its list of servers has no label.
SWAGGER_UI = ("color-contrast", "nested-interactive", "heading-order", "region", "select-name")


def operations():
    paths = yaml.safe_load(DESCRIPTION.read_text())["paths"]
    return sorted((method, path) for path, item in paths.items() for method in item if method != "parameters")


def shown(visit):
    """The operations on the page."""
    words = visit.page.locator(".opblock-summary").evaluate_all(
        "blocks => blocks.map(block => ['method', 'path'].map(name => block.querySelector(`.opblock-summary-${name}`)))"
        ".map(([method, path]) => [method.textContent.toLowerCase(), path.dataset.path])"
    )
    return sorted(map(tuple, words))


def test_every_operation_is_described(visit):
    reader = visit("/docs/")
    expect(reader.page.locator(".opblock")).to_have_count(len(operations()))
    assert shown(reader) == operations()


def test_an_operation_can_be_tried_out_from_there(visit):
    reader = visit("/docs/")
    health = reader.page.locator(".opblock-get").filter(has=reader.page.locator('[data-path="/health"]'))
    health.locator(".opblock-summary-control").click()
    health.get_by_role("button", name="Try it out").click()
    health.get_by_role("button", name="Execute").click()
    expect(health.locator(".live-responses-table .response-col_status").last).to_contain_text("200")


def test_it_is_accessible_as_far_as_swagger_ui_lets_it(visit):
    reader = visit("/docs/")
    expect(reader.page.locator(".opblock")).to_have_count(len(operations()))
    reader.expect_accessible(apart_from=SWAGGER_UI)
