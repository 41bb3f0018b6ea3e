"""The guard in front of the emulator, which itself runs whatever any caller asks for, and in front of the page.

A browser sends `Origin` or `Sec-Fetch-Site` with the requests of a web page, and as `Host` the name that the page
chose. A program sends neither of the first two, and a name of this machine.
"""

import re
import sys

NAMES = {"localhost", "127.0.0.1", "[::1]"}
# Containers know this machine by that name. The bridge's forwarder connects from an address of its own, which a browser
# can't do.
CONTAINERS_NAME = "host.docker.internal"
FORWARDER = "127.0.0.2"
# ministack takes a path for an API's only if something follows the API's id. Anything else may name another service's
# action in its query or its body.
API = re.compile(r"/_aws/execute-api/[^/]+/")
FROM_A_PAGE = {b"origin", b"sec-fetch-site"}
# What a browser says of the page's own requests, and of an address that a person typed.
FROM_THE_PAGE = {b"same-origin", b"none"}
# A link that a person follows from elsewhere. The page that had it can't read what is opened.
NAVIGATION = {b"sec-fetch-mode": b"navigate", b"sec-fetch-dest": b"document"}
OTHER_NAME = "The local stack answers only to localhost and 127.0.0.1."


def guarded(app, refusal):
    """The ASGI application `app`, without the requests that `refusal` has a reason to refuse."""

    async def guard(scope, receive, send):
        reason = refusal(scope) if scope["type"] in ("http", "websocket") else None
        if reason is None:
            await app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await send({"type": "http.response.start", "status": 403, "headers": [(b"content-type", b"text/plain")]})
            await send({"type": "http.response.body", "body": reason.encode()})

    return guard


def refusal_of_aws(scope) -> str | None:
    """The reason not to serve a request to the emulator. Web pages reach deployed APIs only."""
    if not _is_for_this_machine(scope):
        return OTHER_NAME
    if not API.match(scope["path"]) and any(name in FROM_A_PAGE for name, _ in _headers(scope)):
        return "The local stack's AWS is not for web pages."
    return None


def refusal_of_the_page(scope) -> str | None:
    """The reason not to serve a request to the page's address. Pages of other origins can link to it, and no more."""
    if not _is_for_this_machine(scope):
        return OTHER_NAME
    headers = dict(_headers(scope))
    if scope["method"] == "GET" and NAVIGATION.items() <= headers.items():
        return None
    origin = headers.get(b"origin", b"http://" + headers[b"host"])
    if origin != b"http://" + headers[b"host"] or headers.get(b"sec-fetch-site", b"none") not in FROM_THE_PAGE:
        return "The local stack's page is not for other web pages."
    return None


def _is_for_this_machine(scope) -> bool:
    hosts = [_name(value) for name, value in _headers(scope) if name == b"host"]
    return len(hosts) == 1 and hosts[0] in _names(scope)


def _headers(scope) -> list[tuple[bytes, bytes]]:
    return [(name.lower(), value) for name, value in scope["headers"]]


def _name(host: bytes) -> str:
    """The name in a Host header, without a port."""
    return re.sub(r":\d*$", "", host.decode("latin-1").lower())


def _names(scope) -> set[str]:
    # Outside Linux there is no forwarder, because Docker's own forwards to the loopback interface.
    forwarded = sys.platform != "linux" or (scope.get("client") or ("",))[0] == FORWARDER
    return NAMES | {CONTAINERS_NAME} if forwarded else NAMES
