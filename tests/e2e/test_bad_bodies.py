"""Bad bodies: each is refused with the offending field and leaves the record unchanged."""

import json
from collections.abc import Callable
from typing import NamedTuple

import pytest

from tests.e2e.helpers import AS_JSON, CONTENT, URL, Api, answer, assert_refused, concurrently, eventually, new_id


class Record(NamedTuple):
    """A stored body, the calls that read and post it, and another valid body."""

    stored: dict
    read: Callable
    post: Callable
    other: dict


RECORDS = {
    "content": Record(CONTENT, Api.content, Api.post_content, {"title": "Other", "genre": "other", "summary": "Other"}),
    "url": Record(URL, Api.url, Api.post_url, {"url": "other.mp4"}),
}

NOT_AN_OBJECT = {
    "empty": "",
    "only spaces": "  ",
    "not JSON": "title=It",
    "cut off": '{"title":"It"',
    "followed by more": "{} {}",
    "an array": "[]",
    "a text": '"It"',
    "a number": "7",
    "null": "null",
    "deeply nested arrays": "[" * 60_000,
    "deeply nested objects": '{"title":' * 6_000,
    "half a character": '{"title":"\\ud83c"}',
}
WRONG_TYPES = {"a number": 7, "true": True, "null": None, "an array": ["It"], "an object": {"en": "It"}}
BAD_VALUES = {
    "content": [
        ("title", "is empty", ""),
        ("title", "has 201 characters", "t" * 201),
        ("title", "has 201 characters of 3 bytes each", "映" * 201),
        ("title", "holds a null", "It\0"),
        ("title", "holds a line feed", "It\n"),
        ("genre", "is empty", ""),
        ("genre", "has 65 characters", "g" * 65),
        ("genre", "holds an escape", "\x1b[31mhorror"),
        ("summary", "has 4001 characters", "s" * 4001),
        ("summary", "holds a null", "scary\0"),
    ],
    "url": [
        ("url", "is empty", ""),
        ("url", "has 2049 characters", "https://cdn.example/".ljust(2049, "x")),
        ("url", "holds a line feed", "path/to/\nasset.mp4"),
        ("url", "holds a null", "path/to/asset.mp4\0"),
        ("url", "has no host", "https:///asset.mp4"),
        ("url", "leaves out the scheme", "//host.example/asset.mp4"),
        ("url", "is a script", "javascript:alert(1)"),
        ("url", "is a script in capitals", "JavaScript:alert(1)"),
        ("url", "is a script behind a space", " javascript:alert(1)"),
        ("url", "is a script with a tab in it", "java\tscript:alert(1)"),
        ("url", "is data", "data:text/html,hello"),
        ("url", "is an FTP URL", "ftp://host.example/asset.mp4"),
        ("url", "is a file", "file:///etc/passwd"),
    ],
}
WRONG_MEDIA_TYPES = ["text/plain", "application/x-www-form-urlencoded", "application/octet-stream", "text/json", "json"]


def bad_objects(route):
    """JSON objects with one wrong field, or its text: a name, the body, and the code and the field of the refusal."""
    good = RECORDS[route].other
    for field in good:
        rest = {name: value for name, value in good.items() if name != field}
        yield f"{field} is missing", rest, "missing_field", field
    for field in ("rating", "id", next(iter(good)).upper()):
        yield f"{field} is unknown", {**good, field: "x"}, "unknown_field", field
    for field in good:
        twice = f'{{"{field}":"first",{json.dumps(good)[1:]}'
        yield f"{field} is given twice", twice, "repeated_field", field
    for field in good:
        for name, value in WRONG_TYPES.items():
            yield f"{field} is {name}", {**good, field: value}, "wrong_type", field
    for field, name, value in BAD_VALUES[route]:
        yield f"{field} {name}", {**good, field: value}, "invalid_value", field


def bad_requests(route):
    """Bad requests: a name, the body, its headers, the refusal. The gateway passes a body without a type in Base64."""
    other = json.dumps(RECORDS[route].other)
    for name, body in NOT_AN_OBJECT.items():
        yield name, body, AS_JSON, (400, "invalid_json", "body")
    yield "no body", None, None, (400, "invalid_json", "body")
    yield "not UTF-8", other.encode().replace(b"ther", b"\xff"), None, (400, "invalid_json", "body")
    for name, body, code, field in bad_objects(route):
        yield name, body, AS_JSON, (400, code, field)
    for name, size in {"a byte over 64 KiB": 64 * 1024 + 1, "a MiB": 2**20}.items():
        yield name, other.ljust(size), AS_JSON, (413, "body_too_large")
        yield f"{name}, no type", other.ljust(size), None, (413, "body_too_large")
    yield "nested, over 64 KiB", "[" * 100_000, AS_JSON, (413, "body_too_large")
    for media_type in WRONG_MEDIA_TYPES:
        yield media_type, other, {"Content-Type": media_type}, (415, "unsupported_media_type")


CASES = {f"{route}: {name}": (route, *request) for route in RECORDS for name, *request in bad_requests(route)}


@pytest.fixture(scope="module")
def outcomes(api):
    """The reply to each case, what can be read afterwards, and what was stored before."""

    def outcome(case):
        route, body, headers, _ = case
        asset, record = new_id(), RECORDS[route]
        stored = (200, {"id": asset, **record.stored})
        assert record.post(api, asset, record.stored).status == 200
        eventually(lambda: answer(record.read(api, asset)), stored, "the record just stored")
        refusal = record.post(api, asset, body, headers=headers)
        return refusal, answer(record.read(api, asset)), stored

    return dict(zip(CASES, concurrently(outcome, CASES.values()), strict=True))


@pytest.mark.parametrize("case", CASES)
def test_a_bad_body_is_refused_and_not_stored(outcomes, case):
    refusal, after, before = outcomes[case]
    *_, expected = CASES[case]
    assert_refused(refusal, *expected)
    assert after == before, "a refused body was stored"
