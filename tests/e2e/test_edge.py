"""The edge: whatever a client or a proxy adds to a request, and what a reply tells browsers and caches."""

import pytest

from tests.e2e.helpers import AS_JSON, new_id

# No endpoint here reads any of these.
QUERIES = ["?q=%22x%22", '?q="x"', "?q=<b>", "?q=%FF", "?%", "?=&&=", "?" + "q" * 2_000]
HEADERS = [
    {"X-Forwarded-Proto": "http,https"},
    {"X-Forwarded-Proto": ""},
    {"X-Forwarded-Host": "127.0.0.1:99999"},
    {"User-Agent": "a\tb"},
    {"Content-Type": "a\tb"},
    {"Cookie": 'a="b; c'},
]


@pytest.mark.parametrize("query", QUERIES)
def test_an_odd_query_changes_no_answer(api, user, query):
    assert api.request("GET", f"/health{query}").status == 200
    played = api.request("POST", f"/play/asset/123/user/{user}{query}")
    assert (played.status, played.json["id"]) == (200, "123")


@pytest.mark.parametrize("headers", HEADERS, ids=str)
def test_an_odd_header_changes_no_answer(api, user, headers):
    assert api.request("GET", "/health", headers=headers).status == 200
    played = api.request("POST", f"/play/asset/123/user/{user}", headers=headers)
    assert (played.status, played.json["id"]) == (200, "123")


def test_no_cache_keeps_a_reply_and_no_browser_guesses_its_type(api, video, asset, user):
    for status, reply in [
        (200, api.request("GET", "/health")),
        (200, api.play(video, user)),
        (200, api.content(video)),
        (200, api.views(video, user)),
        (200, api.post_url(asset, '{"url":"a.mp4"}', headers=AS_JSON)),
        (400, api.post_url(asset, "[]", headers=AS_JSON)),
        (404, api.play(new_id(), user)),
    ]:
        assert reply.status == status
        assert reply.headers["cache-control"] == "no-store"
        assert reply.headers["x-content-type-options"] == "nosniff"
