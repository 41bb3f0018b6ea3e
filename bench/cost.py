"""The cost of a million plays: measured quantities times bench/prices.json, beside two other designs."""

import json
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PRICES = json.loads((ROOT / "bench" / "prices.json").read_text())["dollars"]
PLAYS = 1_000_000

# As in the template.
MEMORY_GB = {"play": 0.5, "count-views": 0.5}
OTHER_MEMORY_GB = 0.25
# One send per view. SQS returns at most ten messages per request, and Lambda's poller deletes them in tens.
SQS_REQUESTS = 1 + 1 / 10 + 1 / 10
# The names and values of a marker's attributes, and the 100 bytes that DynamoDB adds to an item.
MARKER_BYTES, MARKER_MONTHS = 260, 43 / 30.4

# Values of the access log's variables, of their usual length.
ACCESS = {
    "requestId": "Uh4kbjZ5liAEJ2Q=",
    "requestTime": "23/Nov/2026:22:45:27 +0000",
    "identity.sourceIp": "203.0.113.7",
    "routeKey": "POST /play/asset/{assetId}/user/{userId}",
    "status": "200",
    "responseLength": "180",
    "responseLatency": "31",
    "integrationLatency": "28",
    "identity.userArn": "",
    "error.message": "",
}

# The quantity of one item on the bill, per play, and the name of its price.
Item = tuple[float, str]
Design = dict[str, Item]


def access_log_bytes(log_format: str) -> int:
    """The length of a play's line in the access log."""
    return len(re.sub(r"\$context\.([A-Za-z.]+)", lambda found: ACCESS[found[1]], log_format))


def ours(load: dict, log_format: str) -> Design:
    """The items of one play, from a row of the load benchmark."""
    used = load["functions"]
    invocations = sum(function["invocations"] for function in used.values())
    gigabyte_seconds = sum(
        function["duration_ms"] / 1000 * MEMORY_GB.get(name, OTHER_MEMORY_GB) for name, function in used.items()
    )
    logged = access_log_bytes(log_format) + sum(function["logged"] for function in used.values())
    return {
        "API": (1, "HTTP API request"),
        "Lambda requests": (invocations, "Lambda request"),
        "Lambda time": (gigabyte_seconds, "Lambda GB-second, arm64"),
        "SQS": (SQS_REQUESTS, "SQS request"),
        "DynamoDB writes": (load["write_units"], "DynamoDB write unit"),
        "DynamoDB reads": (load["read_units"], "DynamoDB read unit"),
        "DynamoDB storage": (MARKER_BYTES / 1e9 * MARKER_MONTHS, "DynamoDB GB-month"),
        "Logs": (logged / 1e9, "Logs GB"),
    }


# Two designs on paper, at the same prices. Both count a view by two updates, and neither caches assets in a function.
STANDARD: Design = {
    "API": (1, "HTTP API request"),
    # play, its three services, and a tenth of a batch of ten.
    "Lambda requests": (4.1, "Lambda request"),
    "Lambda time": (0.03 * 0.5 + 3 * 0.01 * 0.5 + 0.01 * 0.5, "Lambda GB-second, arm64"),
    "SQS": (SQS_REQUESTS, "SQS request"),
    # An idempotency record is put and completed, and two counters move.
    "DynamoDB writes": (4, "DynamoDB write unit"),
    "DynamoDB reads": (2, "DynamoDB read unit"),
    # An idempotency record lives for a day.
    "DynamoDB storage": (200 / 1e9 / 30, "DynamoDB GB-month"),
    # Start, end and report of each invocation in JSON, and the access log.
    "Logs": (4.1 * 450 / 1e9 + 350 / 1e9, "Logs GB"),
    "X-Ray": (0.05, "X-Ray trace"),
}
NAIVE: Design = {
    "API": (1, "REST API request"),
    # play, its three services, and one invocation per message.
    "Lambda requests": (5, "Lambda request"),
    "Lambda time": (0.05 * 0.5 + 3 * 0.01 * 0.5 + 0.02 * 0.5, "Lambda GB-second, x86"),
    # Send, receive and delete.
    "SQS": (3, "SQS request"),
    # Two updates without a marker, so a view may count twice.
    "DynamoDB writes": (2, "DynamoDB write unit"),
    # Consistent reads.
    "DynamoDB reads": (4, "DynamoDB read unit"),
    # As above, with some debug lines.
    "Logs": (5 * 1_000 / 1e9 + 500 / 1e9, "Logs GB"),
    "X-Ray": (1, "X-Ray trace"),
}


def dollars(design: Design) -> dict[str, float]:
    """The price of a million plays, item by item."""
    return {item: quantity * PRICES[price] * PLAYS for item, (quantity, price) in design.items()}


def designs(loads: list[dict], log_format: str) -> dict[str, Design]:
    hot, tail = [load for load in loads if load["like_aws"]]
    return {
        f"videoms, {hot['assets']:,} assets": ours(hot, log_format),
        f"videoms, {tail['assets']:,} assets": ours(tail, log_format),
        "standard": STANDARD,
        "naive": NAIVE,
    }
