"""The check that the end-to-end suite makes of every reply."""

import json

import pytest

from tests.api.contract import BrokenContract, Contract

CONTRACT = Contract()
HEADERS = {"content-type": "application/json", "cache-control": "max-age=60"}
PAGE = {"assets": [{"id": "1", "title": "It", "genre": "horror", "summary": ""}], "next": None}


def check(method, target, status, body, headers=HEADERS):
    CONTRACT.check(method, target, status, headers, body if isinstance(body, str) else json.dumps(body))


@pytest.mark.parametrize(
    ("method", "target", "status", "body"),
    [
        ("GET", "/content?limit=1", 200, PAGE),
        ("GET", "/content/asset/%40", 404, {"id": "@", "status": "Asset not found", "code": "asset_not_found"}),
        ("POST", "/content/asset/1", 200, {"status": "ok"}),
        ("DELETE", "/content/asset/1", 429, {"message": "Too Many Requests"}),
        ("GET", "/events/user/a%2Fb", 404, {"message": "Not Found"}),
        ("GET", "/nonsense", 404, {"message": "Not Found"}),
        ("OPTIONS", "/content", 204, ""),
    ],
)
def test_a_reply_that_is_described_passes(method, target, status, body):
    check(method, target, status, body)


@pytest.mark.parametrize(
    ("method", "target", "status", "body"),
    [
        ("GET", "/content", 200, PAGE | {"total": 1}),
        ("GET", "/content", 200, {"assets": []}),
        ("GET", "/content", 200, PAGE | {"assets": [{"id": "..", "title": "", "genre": "horror", "summary": ""}]}),
        ("GET", "/content", 201, PAGE),
        ("GET", "/content", 400, {"status": "wrong", "code": "made_up", "field": "limit"}),
        ("GET", "/content/asset/1", 404, {"id": "1", "status": "Asset not found", "code": "user_not_found"}),
        ("GET", "/nonsense", 404, {"error": "Not Found"}),
        ("GET", "/nonsense", 200, {"message": "ok"}),
    ],
)
def test_a_reply_that_is_not_described_is_noticed(method, target, status, body):
    with pytest.raises(BrokenContract):
        check(method, target, status, body)


@pytest.mark.parametrize("headers", [HEADERS | {"cache-control": "no-store"}, HEADERS | {"content-type": "text/html"}])
def test_a_reply_with_another_header_is_noticed(headers):
    with pytest.raises(BrokenContract):
        check("GET", "/content", 200, PAGE, headers)
