"""The page's local address: its files, the API behind it byte for byte, and what it refuses."""

import json
import os
import re
import socket
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest

from local import builds
from local.emulator import answers, free_port
from local.page import METHODS
from local.processes import wait_until
from ops import page
from ops.api_client import Client

PATIENCE_SECONDS = 60
PAGE = Client(os.environ["WEB_URL"])
OWN_NAMES = ["127.0.0.1", "localhost"]


@pytest.fixture(scope="module")
def recorder():
    """An API that answers what it was sent, with a status and headers that a test can recognise."""

    class Recorder(BaseHTTPRequestHandler):
        def answer(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            seen = {"method": self.command, "path": self.path, "body": body.decode(), "headers": dict(self.headers)}
            recorder.received.append(seen)
            sent = json.dumps(seen).encode()
            self.send_response(200 if "health" in self.path else 429)
            self.send_header("Content-Length", str(len(sent)))
            self.send_header("Referrer-Policy", "of-the-api")
            self.end_headers()
            self.wfile.write(b"" if self.command == "HEAD" else sent)

        def log_message(self, *_):
            pass

    for method in METHODS:
        setattr(Recorder, f"do_{method}", Recorder.answer)
    recorder = ThreadingHTTPServer(("127.0.0.1", 0), Recorder)
    recorder.received = []
    thread = threading.Thread(target=recorder.serve_forever)
    thread.start()
    yield recorder
    recorder.shutdown()
    recorder.server_close()
    thread.join()


@pytest.fixture(scope="module")
def before_the_recorder(served, recorder):
    """The page in front of the recorder."""
    api = f"http://127.0.0.1:{recorder.server_port}/stage"
    words = [sys.executable, "-m", "local.page", "--api-url", api, "--port"]
    with served("page", lambda port: [*words, str(port)], lambda _: dict(os.environ)) as client:
        yield client


@pytest.mark.parametrize("path", sorted(page.files()))
def test_every_file_is_served_with_its_type_and_the_headers_of_the_template(path):
    reply = PAGE.request("GET", f"/{path}")
    assert reply.status == 200
    assert reply.headers["content-type"] == page.content_type(path)
    assert reply.headers["cache-control"] == "no-cache"
    written = page.behaviour(f"/{path}", page.behaviours()).headers
    assert {name: reply.headers[name] for name in written} == written


def test_directories_are_their_index():
    assert "<h1>videoms</h1>" in PAGE.request("GET", "/").text
    description = PAGE.request("GET", "/docs/")
    assert "swagger-ui-bundle.js" in description.text
    assert "style-src 'self' 'unsafe-inline'" in description.headers["content-security-policy"]
    assert PAGE.request("GET", "/docs").headers["location"] == "/docs/"


@pytest.mark.parametrize(
    "path", ["/template.yaml", "/../README.md", "/%2e%2e/README.md", "/docs/../../README.md", "//etc/passwd", "/nope"]
)
def test_nothing_else_of_the_checkout_is_served(path):
    assert PAGE.request("GET", path).status == 404


def test_a_file_is_read_only():
    assert PAGE.request("HEAD", "/").text == ""
    for method in ("POST", "PUT", "DELETE"):
        assert PAGE.request(method, "/", body="changed").status == 403, method


def test_a_part_of_a_file_is_served_because_a_player_seeks():
    whole = (page.ROOT / "api" / "openapi.yaml").read_text()
    part = PAGE.request("GET", "/openapi.yaml", headers={"Range": "bytes=10-29"})
    assert (part.status, part.text) == (206, whole[10:30])
    assert part.headers["content-range"] == f"bytes 10-29/{len(whole.encode())}"


def test_the_description_can_be_tried_out_at_the_address_that_serves_it():
    servers = re.search(r"^servers:\n  - url: (\S+)$", PAGE.request("GET", "/openapi.yaml").text, re.MULTILINE)
    assert servers[1] == "/"


@pytest.mark.parametrize(
    "path",
    [
        "/content?limit=2&after=%2B%20",
        "/content/asset/a%2Fb%40@?x",
        "/url/asset/%zz",
        "/events/asset/%00/days",
        "/play/a//",
    ],
)
def test_a_path_and_its_query_reach_the_api_byte_for_byte(before_the_recorder, path):
    assert before_the_recorder.request("GET", path).json["path"] == f"/stage{path}"


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_method_body_and_headers_reach_the_api_and_its_answer_comes_back(before_the_recorder, recorder, method):
    headers = {"Idempotency-Key": "once", "Authorization": "Bearer x", "Content-Type": "text/x"}
    reply = before_the_recorder.request(method, "/play/asset/1/user/2", body="höh", headers=headers)
    seen = reply.json
    assert (reply.status, seen["method"], seen["body"]) == (429, method, "höh")
    assert {name.lower(): value for name, value in seen["headers"].items()}.items() >= {
        "idempotency-key": "once",
        "authorization": "Bearer x",
        "content-type": "text/x",
        "host": f"127.0.0.1:{recorder.server_port}",
    }.items()
    assert reply.headers["referrer-policy"] == "of-the-api"
    assert reply.headers["x-frame-options"] == "DENY"


def test_a_head_request_is_answered_without_a_body(before_the_recorder):
    reply = before_the_recorder.request("HEAD", "/health")
    assert (reply.status, reply.text) == (200, "")


def test_an_api_that_is_away_is_a_502_in_the_gateways_form(served):
    nobody = free_port()
    words = [sys.executable, "-m", "local.page", "--api-url", f"http://127.0.0.1:{nobody}", "--port"]
    port = free_port()
    away = subprocess.Popen([*words, str(port)], cwd=builds.ROOT, stderr=subprocess.DEVNULL)
    try:
        assert wait_until(lambda: answers(port, "/"), PATIENCE_SECONDS)
        reply = Client(f"http://127.0.0.1:{port}").request("GET", "/health")
        assert (reply.status, reply.json) == (502, {"message": "The API does not answer."})
        assert reply.headers["cache-control"] == "no-store"
    finally:
        away.terminate()
        away.wait(PATIENCE_SECONDS)


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "http://evil.example", "Sec-Fetch-Site": "same-origin"},
        {"Host": "evil.example"},
        {"Host": "localhost.evil.example:8080"},
        {"Host": "host.docker.internal"},
    ],
    ids=str,
)
@pytest.mark.parametrize("path", ["/", "/play/asset/123/user/evil"])
def test_a_page_of_another_origin_and_another_name_of_this_machine_are_refused(
    before_the_recorder, recorder, path, headers
):
    received = len(recorder.received)
    reply = before_the_recorder.request("POST", path, headers=headers)
    assert (reply.status, reply.headers["content-type"]) == (403, "text/plain")
    assert len(recorder.received) == received


def test_a_link_from_elsewhere_opens_the_page_and_nothing_else_does(before_the_recorder):
    link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    assert before_the_recorder.request("GET", "/", headers=link).status == 200
    assert before_the_recorder.request("POST", "/", headers=link).status == 403
    for other in ({"Sec-Fetch-Dest": "iframe"}, {"Sec-Fetch-Mode": "no-cors"}, {"Host": "evil.example"}):
        assert before_the_recorder.request("GET", "/", headers=link | other).status == 403


@pytest.mark.parametrize("name", OWN_NAMES)
def test_the_pages_own_requests_are_served(before_the_recorder, name):
    port = urlsplit(before_the_recorder.api_url).port
    host = f"{name}:{port}"
    own = {"Host": host, "Origin": f"http://{host}", "Sec-Fetch-Site": "same-origin"}
    assert before_the_recorder.request("POST", "/play/asset/123/user/own", headers=own).status == 429
    assert before_the_recorder.request("GET", "/", headers={"Host": host, "Sec-Fetch-Site": "none"}).status == 200


def test_a_play_at_the_pages_address_is_answered_and_counted():
    reply = PAGE.request("POST", "/play/asset/456/user/at-the-page")
    assert reply.status == 200

    def counted():
        days = PAGE.request("GET", "/events/asset/456/days").json["days"]
        return sum(day["views"] for day in days)

    assert wait_until(counted, PATIENCE_SECONDS)


def test_the_address_listens_on_the_loopback_interface_only():
    port = urlsplit(PAGE.api_url).port
    own = {found[4][0] for found in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    for address in own - {"127.0.0.1"}:
        with socket.socket() as probe:
            assert probe.connect_ex((address, port)) != 0, address
