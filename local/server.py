"""ministack, with an API Gateway that lets only so many requests in at once; the others wait for their turn.

A Lambda environment here is a process, and ministack starts one for every request that finds none idle. Of 200 plays
at once each then starts four, and on a few cores none is done within its deadline. AWS has room for that; here a queue
makes up for it. Calls between functions don't come this way, so a waiting request can't hold up an admitted one.
"""

import asyncio

import ministack.app as server

ADMITTED = 8
GATEWAY = "/_aws/execute-api/"


def admitting(app, limit: int):
    """The ASGI application `app`, behind that door."""
    turns = asyncio.Semaphore(limit)

    async def door(scope, receive, send):
        if scope["type"] == "http" and scope["path"].startswith(GATEWAY):
            async with turns:
                await app(scope, receive, send)
        else:
            await app(scope, receive, send)

    return door


if __name__ == "__main__":
    server.app = admitting(server.app, ADMITTED)
    server.main()
