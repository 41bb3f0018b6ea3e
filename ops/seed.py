"""Fills the catalogue of the local stack or of a deployment with its first assets, through the API.

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
    "lanterns": {
        "content": {
            "title": "Lanterns",
            "genre": "drama",
            "summary": "A lighthouse keeper writes letters to ships that never answer.",
        },
        "url": {"url": "path/to/lanterns.mp4"},
    },
    "meridian": {
        "content": {
            "title": "Meridian",
            "genre": "science fiction",
            "summary": "The last mapmaker of Mars finds a road that is on no map.",
        },
        "url": {"url": "path/to/meridian.mp4"},
    },
    "slow-train": {
        "content": {
            "title": "The Slow Train",
            "genre": "comedy",
            "summary": "Eleven strangers, one night train and a missing suitcase.",
        },
        "url": {"url": "path/to/slow-train.mp4"},
    },
    "wild-coast": {
        "content": {
            "title": "Wild Coast",
            "genre": "documentary",
            "summary": "A year with the seabirds of a cold and loud island.",
        },
        "url": {"url": "path/to/wild-coast.mp4"},
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
    print(f"Assets {', '.join(CATALOGUE)} are in the catalogue of {sys.argv[1]}")


if __name__ == "__main__":
    main()
