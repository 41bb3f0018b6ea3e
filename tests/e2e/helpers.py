"""The routes by name, waiting for a result, and assertions on refusals."""

import time
import uuid
from concurrent.futures import ThreadPoolExecutor

AS_JSON = {"Content-Type": "application/json"}
CONTENT = {"title": "Alien", "genre": "horror", "summary": "In space no one can hear you scream."}
URL = {"url": "https://cdn.example/alien.mp4"}
PATIENCE_SECONDS = 60


class Api:
    """The routes of the contract by name. Requests to the backends are signed."""

    def __init__(self, client):
        self.request = client.request

    def content(self, asset, **options):
        return self.request("GET", f"/content/asset/{asset}", signed=True, **options)

    def post_content(self, asset, body, **options):
        return self.request("POST", f"/content/asset/{asset}", body=body, signed=True, **options)

    def delete_content(self, asset):
        return self.request("DELETE", f"/content/asset/{asset}", signed=True)

    def contents(self, query=""):
        return self.request("GET", f"/content?{query}")

    def url(self, asset):
        return self.request("GET", f"/url/asset/{asset}", signed=True)

    def post_url(self, asset, body, **options):
        return self.request("POST", f"/url/asset/{asset}", body=body, signed=True, **options)

    def delete_url(self, asset):
        return self.request("DELETE", f"/url/asset/{asset}", signed=True)

    def asset_views(self, asset):
        return self.request("GET", f"/events/asset/{asset}", signed=True)

    def user_views(self, user):
        return self.request("GET", f"/events/user/{user}", signed=True)

    def forget(self, user):
        return self.request("DELETE", f"/events/user/{user}", signed=True)

    def views(self, asset, user, key=None):
        return self.request("GET", f"/events/asset/{asset}/user/{user}", headers=_idempotency(key), signed=True)

    def asset_days(self, asset, query=""):
        return self.request("GET", f"/events/asset/{asset}/days?{query}")

    def top(self, query=""):
        return self.request("GET", f"/events/top?{query}")

    def post_view(self, asset, user, key=None):
        return self.request("POST", f"/events/asset/{asset}/user/{user}", headers=_idempotency(key), signed=True)

    def play(self, asset, user, key=None):
        return self.request("POST", f"/play/asset/{asset}/user/{user}", headers=_idempotency(key))


def _idempotency(key):
    return None if key is None else {"Idempotency-Key": key}


def new_id():
    return f"e2e-{uuid.uuid4().hex}"


def answer(reply):
    """The HTTP status and the JSON of a reply."""
    return reply.status, reply.json


def counts(userviews, assetviews):
    return {"userviews": userviews, "assetviews": assetviews}


def concurrently(call, *arguments, threads=16):
    """`map` with concurrent calls."""
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(call, *arguments))


def eventually(read, expected, what):
    """Reads repeatedly until the result is `expected`, because a write may take a moment to show."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (seen := read()) != expected and time.monotonic() < deadline:
        time.sleep(0.2)
    assert seen == expected, f"{what}: after {PATIENCE_SECONDS} s a user still sees {seen}"


def all_views(api, asset, users):
    """The views of the asset, then of each user. 0 stands for none yet."""
    replies = [api.asset_views(asset), *concurrently(api.user_views, users)]
    return [reply.json.get("views", 0) for reply in replies]


def publish(api, asset, content=CONTENT, url=URL):
    """Stores metadata and a URL for the asset, and returns its id once both can be read."""
    stored = [answer(api.post_content(asset, content)), answer(api.post_url(asset, url))]
    assert stored == [(200, {"status": "ok"})] * 2, "an operator can't fill the catalogue"
    eventually(lambda: answer(api.content(asset)), (200, {"id": asset, **content}), "the metadata just stored")
    eventually(lambda: answer(api.url(asset)), (200, {"id": asset, **url}), "the URL just stored")
    return asset


def assert_refused(reply, status, code, field=None):
    """Checks that the API itself refused, with a code for programs, a message for people, and the offending field."""
    assert reply.status == status, f"a caller sees {reply.status} {reply.text[:300]!r} instead of {status} {code}"
    assert reply.headers.get("content-type") == "application/json", "a caller can't tell that the refusal is JSON"
    body = reply.json
    assert (body.get("code"), body.get("field")) == (code, field), f"a caller is told {body}"
    assert " " in body["status"], f"a person reads {body['status']!r}, which explains nothing"


def assert_no_asset(reply, asset):
    not_found = {"id": asset, "status": "Asset not found", "code": "asset_not_found"}
    assert answer(reply) == (404, not_found), "an unknown asset is not reported as such"


def assert_no_user(reply, user):
    not_found = {"id": user, "status": "User not found", "code": "user_not_found"}
    assert answer(reply) == (404, not_found), "an unknown user is not reported as such"
