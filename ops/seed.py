"""Fills the catalogue of the local stack or of a deployment with its first two assets, through the API.

    AWS_PROFILE=... python -m ops.seed https://abc123.execute-api.eu-west-1.amazonaws.com

Credentials and region come from the usual AWS chain and must be allowed to call the API. A second run does no harm.
"""

import sys

from ops.api_client import Client, IdentityError

CATALOGUE = {
    "123": {
        "content": {"title": "It", "genre": "horror", "summary": "A very scary movie"},
        "url": {"url": "path/to/asset123.mp4"},
    },
    "456": {
        "content": {"title": "Terminator", "genre": "action", "summary": "Summary for terminator"},
        "url": {"url": "path/to/asset456.mp4"},
    },
}


class CatalogueError(Exception):
    """The API rejected a record."""


def fill(api_url: str) -> None:
    client = Client(api_url)
    for asset, records in CATALOGUE.items():
        for service, record in records.items():
            path = f"/{service}/asset/{asset}"
            reply = client.request("POST", path, body=record, signed=True)
            if reply.status != 200:
                raise CatalogueError(f"POST {path} answered {reply.status}: {reply.text}")


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit("usage: python -m ops.seed API_URL")
    try:
        fill(sys.argv[1])
    except (CatalogueError, IdentityError, OSError, ValueError) as error:
        sys.exit(f"error: could not fill the catalogue: {error}")
    print(f"Assets {' and '.join(CATALOGUE)} are in the catalogue of {sys.argv[1]}")


if __name__ == "__main__":
    main()
