"""Access: backends require a signature, players and browsers need none, and unknown routes are refused."""

import pytest

from tests.e2e.helpers import CONTENT, URL, assert_no_asset, assert_no_user, new_id

BACKENDS = [
    ("GET", "/content/asset/{asset}", None),
    ("POST", "/content/asset/{asset}", CONTENT),
    ("DELETE", "/content/asset/{asset}", None),
    ("GET", "/url/asset/{asset}", None),
    ("POST", "/url/asset/{asset}", URL),
    ("DELETE", "/url/asset/{asset}", None),
    ("POST", "/events/asset/{asset}/user/{user}", None),
    ("GET", "/events/asset/{asset}", None),
    ("GET", "/events/user/{user}", None),
    ("DELETE", "/events/user/{user}", None),
    ("GET", "/events/asset/{asset}/user/{user}", None),
]
UNKNOWN_ROUTES = [
    ("GET", "/"),
    ("GET", "/content/asset"),
    ("GET", "/content/asset/{asset}/more"),
    ("GET", "/nonsense/asset/{asset}"),
    ("GET", "/content/user/{asset}"),
    ("GET", "/Health"),
]
WRONG_METHODS = [
    ("DELETE", "/content"),
    ("PUT", "/url/asset/{asset}"),
    ("PATCH", "/events/asset/{asset}/user/1"),
    ("POST", "/events/user/{asset}"),
    ("GET", "/play/asset/{asset}/user/1"),
    ("POST", "/health"),
]
ORIGIN = "https://player.example"


@pytest.mark.parametrize(("method", "path", "body"), BACKENDS)
def test_a_backend_refuses_a_call_without_a_signature(api, asset, user, method, path, body):
    reply = api.request(method, path.format(asset=asset, user=user), body=body)
    assert reply.status in (401, 403), f"anyone on the internet gets {reply.status} {reply.text[:300]!r}"


def test_a_call_without_a_signature_writes_nothing(api, asset, user):
    for method, path, body in BACKENDS:
        api.request(method, path.format(asset=asset, user=user), body=body)
    assert_no_asset(api.content(asset), asset)
    assert_no_asset(api.url(asset), asset)
    assert_no_user(api.user_views(user), user)


def test_a_viewer_plays_without_a_signature(api, asset, user):
    assert_no_asset(api.request("POST", f"/play/asset/{asset}/user/{user}"), asset)


@pytest.mark.parametrize("path", ["/content", "/events/asset/123/days", "/events/top"])
def test_an_open_read_needs_no_signature_and_may_be_cached(api, path):
    reply = api.request("GET", path)
    assert (reply.status, reply.headers["cache-control"]) == (200, "max-age=60")


def test_health_is_reported_without_a_signature(api):
    assert api.request("GET", "/health").status == 200


@pytest.mark.parametrize(("method", "path"), UNKNOWN_ROUTES)
def test_an_unknown_route_is_not_found(api, method, path):
    assert api.request(method, path.format(asset=new_id()), signed=True).status == 404


@pytest.mark.parametrize(("method", "path"), WRONG_METHODS)
def test_a_wrong_method_is_refused(api, method, path):
    reply = api.request(method, path.format(asset=new_id()), signed=True)
    assert reply.status in (404, 405), f"a caller sees {reply.status} {reply.text[:300]!r}"


@pytest.fixture(scope="module")
def origin(stack):
    """The origin of a page that may call the API."""
    parameters = {parameter["ParameterKey"]: parameter["ParameterValue"] for parameter in stack.get("Parameters", [])}
    allowed = parameters.get("CorsAllowOrigin", "*")
    return ORIGIN if allowed == "*" else allowed


def listed(reply, header):
    return {name.strip().lower() for name in reply.headers.get(header, "").split(",")}


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/play/asset/123/user/1"), ("GET", "/content/asset/123"), ("GET", "/health")]
)
def test_a_browser_may_call(api, origin, method, path):
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "content-type,idempotency-key",
    }
    reply = api.request("OPTIONS", path, headers=asked)
    assert reply.status in (200, 204), f"a browser's preflight gets {reply.status} {reply.text[:300]!r}"
    assert reply.headers.get("access-control-allow-origin") in ("*", origin), "a browser does not let the page call"
    assert listed(reply, "access-control-allow-methods") >= {"get", "head", "post"}
    assert listed(reply, "access-control-allow-headers") >= {"content-type", "idempotency-key", "x-amz-content-sha256"}


def test_a_browser_may_read_the_reply(api, origin, asset, user):
    played = api.request("POST", f"/play/asset/{asset}/user/{user}", headers={"Origin": origin})
    content = api.content("123", headers={"Origin": origin})
    assert (played.status, content.status) == (404, 200)
    for reply in (played, content):
        assert reply.headers.get("access-control-allow-origin") in ("*", origin), "a browser hides the reply"
        assert "apigw-requestid" in listed(reply, "access-control-expose-headers"), "a page can't name the request"
