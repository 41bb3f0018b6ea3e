"""api/openapi.yaml says what the template and the code say, and its examples are what it describes."""

import re
from pathlib import Path

import pytest

from tests.api.contract import JSON, Contract
from tests.template import template
from tests.template.conftest import Stack

ROOT = Path(__file__).resolve().parents[2]
TOKENS = {"JwtIssuer": "https://login.example.com/", "JwtAudience": "videoms"}
SIGNED, OPEN, VIEWER = [{"sigv4": []}], [], [{}, {"viewerToken": []}]
PLAY = "POST /play/asset/{assetId}/user/{userId}"
STATUSES = {
    "BAD_REQUEST": 400,
    "FORBIDDEN": 403,
    "NOT_FOUND": 404,
    "PAYLOAD_TOO_LARGE": 413,
    "UNSUPPORTED_MEDIA_TYPE": 415,
    "INTERNAL_SERVER_ERROR": 500,
    "SERVICE_UNAVAILABLE": 503,
}


@pytest.fixture(scope="module")
def contract():
    return Contract()


@pytest.fixture(scope="module")
def stack():
    return Stack(template.processed())


def test_its_routes_are_the_templates(contract, stack):
    assert sorted(contract.operations) == sorted(stack.routes)


def test_a_route_requires_what_the_template_requires(contract, stack):
    required = {"AWS_IAM": SIGNED, "NONE": OPEN}
    with_tokens = Stack(template.processed(**TOKENS)).routes
    for route, location in contract.operations.items():
        (scheme,) = stack.routes[route]["security"][0]
        (scheme_with_tokens,) = with_tokens[route]["security"][0]
        expected = VIEWER if scheme != scheme_with_tokens else required[scheme]
        assert contract.at(location)["security"] == expected, route
    assert contract.at(contract.operations[PLAY])["security"] == VIEWER


def test_each_path_parameter_is_described(contract):
    for route, (*path, _) in contract.operations.items():
        parameters = range(len(contract.at(path).get("parameters", [])))
        described = [contract.at(contract.resolved((*path, "parameters", number)))["name"] for number in parameters]
        assert described == re.findall(r"\{(\w+)\}", route), route


def test_it_has_every_code_of_the_code_and_no_other(contract):
    written = {code for codes in _described(contract).values() for code in codes}
    # Codes are written where an `Invalid` is made, and in the one place that turns errors into replies.
    made = r'code: "(\w+)"|"code": "(\w+)"|\binvalid\([^,()]+(?:\([^)]*\))?,\s*"(\w+)"|"\w+Id", "(\w+)"'
    found = {code for source in _sources() for codes in re.findall(made, source) for code in codes if code}
    found |= set(_replies())
    assert written == found


def test_each_error_is_described_with_its_status(contract):
    described = _described(contract)
    replies = _replies()
    assert len(replies) >= 6
    for code, status in replies.items():
        assert code in described[str(status)], f"{code} is a {status} in the code"


def test_every_route_may_be_throttled_and_every_signed_one_refused(contract):
    for route, location in contract.operations.items():
        statuses = contract.at(location)["responses"]
        assert {"200", "429", "500", "503"} <= set(statuses), route
        assert ("403" in statuses) == (contract.at(location)["security"] != OPEN), route


def test_each_example_is_what_the_document_describes(contract):
    examples = list(_examples(contract))
    assert len(examples) > 20
    for location, schema, example in examples:
        assert contract.errors(example, schema) == [], location


def test_each_reply_and_each_body_has_an_example(contract):
    bodies = [location for location in _locations(contract.document) if location[-1:] == (JSON,)]
    assert len(bodies) > 20
    for location in bodies:
        assert {"example", "examples"} & set(contract.at(location)), location


def _described(contract) -> dict[str, set[str]]:
    """The codes that each status is described with."""
    described: dict[str, set[str]] = {}
    for location in contract.operations.values():
        for status in contract.at(location)["responses"]:
            response = contract.resolved((*location, "responses", status))
            content = contract.at(response).get("content")
            if content:
                described.setdefault(status, set()).update(_codes(contract, (*response, "content", JSON, "schema")))
    return described


def _codes(contract, location) -> set[str]:
    """The codes in the schema at a location."""
    location = contract.resolved(location)
    schema = contract.at(location)
    alternatives = range(len(schema.get("anyOf", [])))
    code = schema.get("properties", {}).get("code", {})
    own = code.get("enum") or [code["const"]] if code else []
    return set(own).union(*(_codes(contract, (*location, "anyOf", number)) for number in alternatives))


def _sources() -> list[str]:
    """Rust sources of the functions, without their unit tests."""
    files = [file for place in ("crates", "functions") for file in (ROOT / place).glob("*/src/**/*.rs")]
    return [file.read_text().split("#[cfg(test)]")[0] for file in files]


def _replies() -> dict[str, int]:
    """The status of each code in the place that turns errors into replies."""
    source = (ROOT / "crates/platform/src/http/error.rs").read_text()
    return {code: STATUSES[status] for status, code in re.findall(r'StatusCode::(\w+), "(\w+)"', source)}


def _locations(part, location=()):
    """The location of every object in a part of the document."""
    if isinstance(part, dict):
        yield location
        for key, value in part.items():
            yield from _locations(value, (*location, key))
    elif isinstance(part, list):
        for number, value in enumerate(part):
            yield from _locations(value, (*location, number))


def _examples(contract):
    """The location of each example, the location of its schema, and the example."""
    for location in _locations(contract.document):
        part = contract.at(location)
        if "schema" not in part:
            continue
        if "example" in part:
            yield (*location, "example"), (*location, "schema"), part["example"]
        for name, example in part.get("examples", {}).items():
            yield (*location, "examples", name), (*location, "schema"), example["value"]
