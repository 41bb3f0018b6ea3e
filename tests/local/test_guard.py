"""The guard: what a browser sends for a page of another origin is refused, and what programs send is not."""

import http.client
import os
from urllib.parse import urlsplit

import boto3
import pytest

ORIGIN = "https://evil.example"
# As Chromium sends them for a page at ORIGIN.
BROWSER = {
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36",
    "Accept-Language": "en-US,en;q=0.9",
    "Sec-Fetch-Site": "cross-site",
    "Referer": f"{ORIGIN}/",
}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
FETCH = {**BROWSER, "Accept": "*/*", "Origin": ORIGIN, "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"}
REQUESTS = {
    "a preflight": (
        "OPTIONS",
        {
            **FETCH,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "x-amz-target",
        },
    ),
    "a fetch": ("POST", {**FETCH, **FORM}),
    "a fetch by a browser without Sec-Fetch": ("POST", {"Origin": ORIGIN, **FORM}),
    "a fetch from a sandboxed frame": ("POST", {**FETCH, **FORM, "Origin": "null"}),
    "a form": (
        "POST",
        {
            **BROWSER,
            **FORM,
            "Origin": ORIGIN,
            "Sec-Fetch-Mode": "navigate",
            "Sec-Fetch-Dest": "document",
            "Sec-Fetch-User": "?1",
            "Upgrade-Insecure-Requests": "1",
        },
    ),
    "a link": ("GET", {**BROWSER, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}),
    "an image": ("GET", {**BROWSER, "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image", "Accept": "image/*"}),
    "a page on another port": ("GET", {**FETCH, "Origin": "http://127.0.0.1:8000", "Sec-Fetch-Site": "same-site"}),
}
CREATE_STACK = "Action=CreateStack&Version=2010-05-15&StackName=evil&TemplateBody=%7B%22Resources%22%3A%7B%7D%7D"
# The last two look like an API's path, but ministack reads the service from the query or the body.
PATHS = ["/", "/_ministack/health", "/restapis/x/y", "/_aws/execute-api/", "/_aws/execute-api/x"]


@pytest.mark.parametrize("sent", REQUESTS)
@pytest.mark.parametrize("path", PATHS)
def test_a_page_of_another_origin_is_refused_whatever_it_makes_the_browser_send(path, sent):
    method, headers = REQUESTS[sent]
    body = CREATE_STACK if method == "POST" else None
    status, text, received = request(method, f"{path}?{CREATE_STACK}", headers, body)
    assert (status, text) == (403, "The local stack's AWS is not for web pages.")
    assert "access-control-allow-origin" not in received
    assert "evil" not in [stack["StackName"] for stack in boto3.client("cloudformation").describe_stacks()["Stacks"]]


@pytest.mark.parametrize("path", ["/_ministack/health", "api"])
@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "host.docker.internal", "0.0.0.0", "[::]"])
def test_a_name_that_only_resolves_to_this_machine_is_refused_everywhere(host, path):
    path = urlsplit(os.environ["API_URL"]).path + "/health" if path == "api" else path
    for name in (host, f"{host}:{address()[1]}"):
        status, text, _ = request("GET", path, {"Host": name})
        assert (status, text) == (403, "The local stack answers only to localhost and 127.0.0.1."), name


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "127.0.0.1", "[::1]"])
def test_programs_of_this_machine_are_served_under_its_names(host):
    for name in (host, f"{host}:{address()[1]}"):
        assert request("GET", "/_ministack/health", {"Host": name})[0] == 200, name


@pytest.mark.parametrize("sent", REQUESTS)
def test_a_page_of_another_origin_may_call_the_deployed_api_as_on_aws(sent):
    method, headers = REQUESTS[sent]
    path = urlsplit(os.environ["API_URL"]).path
    path += "/health" if method == "GET" else "/play/asset/guard-unknown/user/1"
    status, _, received = request(method, path, headers)
    assert status == {"GET": 200, "POST": 404, "OPTIONS": 204}[method]
    if "Origin" in headers:
        assert received["access-control-allow-origin"] == "*"


def address() -> tuple[str, int]:
    url = urlsplit(os.environ["AWS_ENDPOINT_URL"])
    return url.hostname, url.port


def request(method: str, path: str, headers: dict, body: str | None = None) -> tuple[int, str, dict[str, str]]:
    connection = http.client.HTTPConnection(*address(), timeout=30)
    try:
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        received = {name.lower(): value for name, value in response.getheaders()}
        return response.status, response.read().decode(), received
    finally:
        connection.close()
