"""Serves the page at one address with the API, as CloudFront does: files from web/, and the API's paths passed on."""

import argparse
import asyncio
import http.client
from urllib.parse import urlsplit

from hypercorn.asyncio import serve
from hypercorn.config import Config
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from local.guard import guarded, refusal_of_the_page
from ops import page

METHODS = ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"]
PATIENCE_SECONDS = 30
# Headers that each server writes itself. The body is read whole, so its length is known.
OF_EACH_SERVER = {b"connection", b"content-length", b"date", b"keep-alive", b"te", b"transfer-encoding", b"upgrade"}


def application(api_url: str) -> Starlette:
    """The page in front of the API at that URL."""
    api = urlsplit(api_url)
    behaviours = page.behaviours()

    async def answer(request: Request) -> Response:
        path = request.scope["raw_path"].decode("ascii")
        behaviour = page.behaviour(path, behaviours)
        if behaviour.origin == "api":
            response = await run_in_threadpool(_forwarded, api, request, path, await request.body())
        else:
            response = _file(request)
        for name, value in behaviour.headers.items():
            response.headers.setdefault(name, value)
        return response

    return Starlette(routes=[Route("/{path:path}", answer, methods=METHODS)])


def _file(request: Request) -> Response:
    path = request.url.path
    if request.method not in ("GET", "HEAD"):
        return PlainTextResponse("Files can only be read.", 403)
    if path == "/docs":
        return RedirectResponse("/docs/", 302)
    if path.endswith("/"):
        path += "index.html"
    file = page.files().get(path[1:])
    if file is None:
        return PlainTextResponse("This file does not exist.", 404)
    # A developer's next look must show what the file holds by then.
    return FileResponse(file, media_type=page.content_type(file.name), headers={"cache-control": "no-cache"})


def _forwarded(api, request: Request, path: str, body: bytes) -> Response:
    """The API's answer to a request, whose path and query reach it byte for byte."""
    query = request.scope["query_string"].decode("ascii")
    target = f"{api.path}{path}?{query}" if query else f"{api.path}{path}"
    connection = http.client.HTTPConnection(api.hostname, api.port, timeout=PATIENCE_SECONDS)
    try:
        connection.putrequest(request.method, target, skip_accept_encoding=True)
        for name, value in request.headers.raw:
            if name not in OF_EACH_SERVER | {b"host"}:
                connection.putheader(name, value)
        if body or request.method in ("POST", "PUT", "PATCH"):
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        received = connection.getresponse()
        return _passed_on(received, received.read())
    except (OSError, http.client.HTTPException):
        return JSONResponse({"message": "The API does not answer."}, 502, {"cache-control": "no-store"})
    finally:
        connection.close()


def _passed_on(received: http.client.HTTPResponse, body: bytes) -> Response:
    response = Response(body, received.status)
    sent = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in received.getheaders()]
    kept = [(name, value) for name, value in sent if name not in OF_EACH_SERVER]
    response.raw_headers = kept + [(name, value) for name, value in response.raw_headers if name == b"content-length"]
    return response


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m local.page", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--api-url", required=True)
    arguments = parser.parse_args()
    config = Config()
    config.bind = [f"127.0.0.1:{arguments.port}"]
    asyncio.run(serve(guarded(application(arguments.api_url), refusal_of_the_page), config))


if __name__ == "__main__":
    main()
