"""The table of routes that opens docs/ARCHITECTURE.md is the template's."""

import re
from pathlib import Path

from tests.template.cloudwatch import metrics

ROOT = Path(__file__).resolve().parents[2]
ROW = re.compile(r"^\| `?([^`|]+?)`? \| (\w+) \| `([\w-]+)` \|", re.MULTILINE)


def test_the_table_of_routes_has_every_route_with_its_service_and_binary(stack):
    documented = ROW.findall(_first_table())
    routes = {source: binary for source, _, binary in documented if " /" in source}
    assert routes == {route: _binary(stack, operation) for route, operation in stack.routes.items()}
    assert {binary for *_, binary in documented} == set(stack.binaries.values())
    for _, service, binary in documented:
        assert (ROOT / "functions" / service / "src" / "bin" / f"{binary}.rs").is_file(), f"{binary} is not {service}'s"


def _first_table() -> str:
    return (ROOT / "docs" / "ARCHITECTURE.md").read_text().split("\n\n")[1]


def _binary(stack, operation: dict) -> str:
    """The binary of the function that a route invokes."""
    uri = str(operation["x-amazon-apigateway-integration"]["uri"])
    return stack.binaries[re.search(r"\$\{(\w+?)(?:Alias\w*|\.\w+)?\}/invocations", uri)[1]]


def test_the_runbook_explains_each_alarm_and_knows_what_they_cost(stack):
    runbook = (ROOT / "docs" / "operations.md").read_text()
    functions = {name.removesuffix("Function") for name in stack.functions}
    kinds = {re.sub(rf"^({'|'.join(functions)})(?=[A-Z])", "<Function>", name) for name in stack.alarms}
    assert {kind for kind in kinds if f"| `{kind}` |" not in runbook} == set()
    # An alarm costs $0.10 per metric that it watches.
    watched = sum(len(metrics(alarm)) for alarm in stack.alarms.values())
    assert f"{len(stack.alarms)} alarms ${watched / 10:.2f}" in runbook
