"""api/openapi.yaml, and whether a request or a reply is one that it describes."""

import json
import re
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "api" / "openapi.yaml"
URI = "urn:openapi"
METHODS = ("get", "head", "post", "delete")
JSON = "application/json"
GATEWAY_ERROR = ("components", "schemas", "GatewayError")

Location = tuple[str | int, ...]


class BrokenContract(AssertionError):
    """A reply that the description does not have."""


class Contract:
    """The description of the API. A location is the path of keys to a part of it."""

    def __init__(self):
        self.document = yaml.safe_load(DOCUMENT.read_text())
        self._registry = Registry().with_resource(URI, DRAFT202012.create_resource(self.document))

    @cached_property
    def operations(self) -> dict[str, Location]:
        """The location of each operation, by `METHOD /path`."""
        return {
            f"{method.upper()} {path}": ("paths", path, method)
            for path, item in self.document["paths"].items()
            for method in METHODS
            if method in item
        }

    def at(self, location: Location) -> Any:
        found = self.document
        for key in location:
            found = found[key]
        return found

    def resolved(self, location: Location) -> Location:
        """The location that a reference leads to, or the same one."""
        reference = self.at(location).get("$ref")
        return self.resolved(tuple(reference.split("/")[1:])) if reference else location

    def errors(self, value: Any, schema: Location) -> list[str]:
        """What is wrong with a value by the schema at a location."""
        pointer = "/".join(str(key).replace("~", "~0").replace("/", "~1") for key in schema)
        validator = Draft202012Validator({"$ref": f"{URI}#/{pointer}"}, registry=self._registry)
        return [f"{error.json_path}: {error.message[:300]}" for error in validator.iter_errors(value)]

    def check(self, method: str, target: str, status: int, headers: dict[str, str], text: str) -> None:
        """Raises BrokenContract unless the description has this reply. Header names are in lower case."""
        if method == "OPTIONS":  # The gateway answers a browser's preflight.
            return
        for problem in self._problems(method, urlsplit(target).path, status, headers, text):
            raise BrokenContract(f"{method} {target:.200} is answered with {status} {text[:300]!r}: {problem}")

    def _problems(self, method: str, path: str, status: int, headers: dict[str, str], text: str):
        operation = self._operation(method, path)
        if operation is None:
            yield from self._problems_without_a_route(status, text)
            return
        response = (*operation, "responses", str(status))
        if str(status) not in self.at(response[:-1]):
            yield "the status is not described"
            return
        response = self.resolved(response)
        for name, schema in self._headers(response):
            yield from self.errors(headers.get(name.lower()), schema)
        if "content" not in self.at(response):
            if text:
                yield "the reply has a body"
        elif headers.get("content-type") != JSON:
            yield f"the content type is {headers.get('content-type')}"
        else:
            yield from self.errors(json.loads(text), (*response, "content", JSON, "schema"))

    def _headers(self, response: Location):
        for name in self.at(response).get("headers", {}):
            yield name, (*self.resolved((*response, "headers", name)), "schema")

    def _problems_without_a_route(self, status: int, text: str):
        if status not in (400, 403, 404, 405):
            yield "the description has no such route"
        elif text:
            yield from self.errors(json.loads(text), GATEWAY_ERROR)

    def _operation(self, method: str, path: str) -> Location | None:
        for route, location in self.operations.items():
            known, template = route.split(" ")
            pattern = "".join(
                "[^/]+" if part.startswith("{") else re.escape(part) for part in re.split(r"(\{\w+\})", template)
            )
            if known == method and re.fullmatch(pattern, path):
                return location
        return None
