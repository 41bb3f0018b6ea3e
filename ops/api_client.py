"""HTTP client of the API, for the local stack and for a deployment on AWS. It signs requests by SigV4 on demand.

A path is sent byte for byte as given, so that `%2F` or `%00` reaches the API.
"""

import http.client
import json
import os
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import botocore.session
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

TIMEOUT_SECONDS = 60


class IdentityError(Exception):
    """The environment has no credentials to sign a request with."""


@dataclass(frozen=True)
class Reply:
    """A reply of the API. Header names are in lower case."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        """The body as JSON. Raises ValueError with the status and the body if it isn't JSON."""
        try:
            return json.loads(self.text)
        except ValueError as error:
            raise ValueError(f"the {self.status} reply is not JSON: {self.text[:500]!r}") from error


class Client:
    """Calls one API. Threads may share a client, because it holds no connection."""

    def __init__(self, api_url: str, *, region: str | None = None):
        url = urlsplit(api_url.rstrip("/"))
        if url.scheme not in ("http", "https") or not url.hostname:
            raise ValueError(f"the API's URL must be http(s)://host[:port][/path], not {api_url!r}")
        self.api_url = api_url.rstrip("/")
        self._scheme, self._host, self._port, self._base_path = url.scheme, url.hostname, url.port, url.path
        self._netloc = url.netloc
        self._region = region
        self._credentials = None

    def request(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        headers: dict[str, str] | None = None,
        signed: bool = False,
    ) -> Reply:
        """Sends one request. A body of bytes or str is sent as it is, any other as JSON."""
        content, sent = _encode(body), {"Host": self._netloc}
        if content is not None and not isinstance(body, (bytes, str)):
            sent["Content-Type"] = "application/json"
        sent.update(headers or {})
        target = self._base_path + path
        if signed:
            sent.update(self._signature(method, target, content, sent))
        return self._send(method, target, content, sent)

    def _signature(self, method: str, target: str, content: bytes | None, headers: dict[str, str]) -> dict[str, str]:
        """The headers that sign a request for API Gateway."""
        request = AWSRequest(method, f"{self._scheme}://{self._netloc}{target}", headers=headers, data=content or b"")
        credentials, region = self._signing_identity()
        SigV4Auth(credentials, "execute-api", region).add_auth(request)
        return dict(request.headers.items())

    def _signing_identity(self):
        """Credentials and region from the usual AWS chain, which is asked once, at the first signature."""
        if self._credentials is None:
            session = botocore.session.Session()
            credentials = session.get_credentials()
            if credentials is None:
                raise IdentityError(
                    "no AWS credentials: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
                )
            self._region = self._region or _region_of(self._host) or os.environ.get("AWS_REGION")
            self._region = self._region or session.get_config_variable("region")
            if not self._region:
                raise IdentityError("no AWS region: set AWS_REGION")
            self._credentials = credentials
        return self._credentials.get_frozen_credentials(), self._region

    def _send(self, method: str, target: str, content: bytes | None, headers: dict[str, str]) -> Reply:
        secure = self._scheme == "https"
        kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        connection = kind(self._host, self._port, timeout=TIMEOUT_SECONDS)
        try:
            connection.request(method, target or "/", body=content, headers=headers)
            response = connection.getresponse()
            text = response.read().decode("utf-8", "replace")
            return Reply(response.status, {name.lower(): value for name, value in response.getheaders()}, text)
        finally:
            connection.close()


def _encode(body: Any) -> bytes | None:
    if body is None or isinstance(body, bytes):
        return body
    return (body if isinstance(body, str) else json.dumps(body)).encode()


def _region_of(host: str) -> str | None:
    """The region in `<api-id>.execute-api.<region>.amazonaws.com`, or None for a local or custom name."""
    labels = host.split(".")
    return labels[2] if len(labels) >= 5 and labels[1] == "execute-api" else None
