"""A proxy in front of `cargo lambda watch`, which hands on path parameters as they were encoded.

API Gateway decodes them once. Every character that an id may have can stand in a path as it is, so the proxy decodes
these and leaves all others.
"""

import asyncio
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager

# The characters of ids, see `domain::AssetId`.
OF_IDS = re.compile(r"[A-Za-z0-9\-._~:@|+]")


@contextmanager
def proxy(upstream: int, port: int = 0) -> Iterator[int]:
    """Serves on `port`, or on a free one, and passes requests on to the port `upstream`. Yields the port."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        starting = asyncio.start_server(lambda *streams: _serve(upstream, *streams), "127.0.0.1", port)
        server = asyncio.run_coroutine_threadsafe(starting, loop).result()
        yield server.sockets[0].getsockname()[1]
        loop.call_soon_threadsafe(server.close)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()


def decoded(target: str) -> str:
    """A request's target with the characters of ids in its path decoded."""
    path, mark, query = target.partition("?")
    return re.sub("%[0-9A-Fa-f]{2}", _decoded, path) + mark + query


def _decoded(escape: re.Match) -> str:
    character = chr(int(escape[0][1:], 16))
    return character if OF_IDS.fullmatch(character) else escape[0]


async def _serve(upstream: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Passes one request on. Its connection ends with the answer, so that the next request has a line to decode."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, target, version = head[0].split(" ")
        fields = [line for line in head[1:-2] if not line.lower().startswith("connection:")]
        lines = [f"{method} {decoded(target)} {version}", *fields, "Connection: close", "", ""]
        answers, requests = await asyncio.open_connection("127.0.0.1", upstream)
        requests.write("\r\n".join(lines).encode("latin-1"))
        body = asyncio.create_task(_pass_on(reader, requests))
        await _pass_on(answers, writer)
        body.cancel()
        requests.close()
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError, ValueError):
        pass  # A client that goes away or speaks no HTTP, or a server that has not started.
    finally:
        writer.close()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while chunk := await reader.read(65_536):
        writer.write(chunk)
        await writer.drain()
