"""ministack with a limit on the requests that its API Gateway works on at once. The others wait for their turn.

A Lambda environment here is a process, and ministack starts one for every request that finds none idle. 200 concurrent
plays would each start four, and a few cores could finish none of them in time. AWS has room for that; the emulator
queues instead. Calls between functions bypass the gateway, so a waiting request cannot block an admitted one.
"""

import asyncio

import ministack.app as server

ADMITTED = 8
GATEWAY = "/_aws/execute-api/"


def limited(app, limit: int):
    """The ASGI application `app` with at most `limit` gateway requests at once."""
    turns = asyncio.Semaphore(limit)

    async def admit(scope, receive, send):
        if scope["type"] == "http" and scope["path"].startswith(GATEWAY):
            async with turns:
                await app(scope, receive, send)
        else:
            await app(scope, receive, send)

    return admit


if __name__ == "__main__":
    server.app = limited(server.app, ADMITTED)
    server.main()
