"""What a million plays cost: measured quantities times bench/prices.json, beside two other designs."""

import json
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PRICES = json.loads((ROOT / "bench" / "prices.json").read_text())
PLAYS = 1_000_000

# As in the template.
MEMORY_GB = {"play": 0.5, "count-views": 0.5}
OTHER_MEMORY_GB = 0.25
# SQS hands out ten messages a request at most, and Lambda's poller deletes them by tens.
SQS_REQUESTS = 1 + 1 / 10 + 1 / 10
# A marker: its attributes' names and values, and the 100 bytes that DynamoDB adds to an item.
MARKER_BYTES, MARKER_MONTHS = 260, 43 / 30.4

# Values of the access log's variables, as long as they usually are.
ACCESS = {
    "requestId": "Uh4kbjZ5liAEJ2Q=", "requestTime": "23/Nov/2026:22:45:27 +0000", "identity.sourceIp": "203.0.113.7",
    "routeKey": "POST /play/asset/{assetId}/user/{userId}", "path": "/play/asset/a1234567/user/u1234567", "status": "200",
    "responseLength": "180", "responseLatency": "31", "integrationLatency": "28", "authorizer.principalId": "",
    "identity.userArn": "", "error.message": "",
}


def access_log_bytes() -> int:
    """Of a play's line, in the format that the template has."""
    template = (ROOT / "template.yaml").read_text()
    lines = re.search(r"Format: >-\n((?:\s+[{\"].*\n)+)", template)[1]
    line = " ".join(part.strip() for part in lines.splitlines())
    return len(re.sub(r"\$context\.([A-Za-z.]+)", lambda found: ACCESS[found[1]], line))


def ours(load: dict) -> dict[str, tuple[float, str]]:
    """Quantity and price of each item, for one play, out of a line of the load benchmark."""
    functions = load["functions"].items()
    memory = {name: MEMORY_GB.get(name, OTHER_MEMORY_GB) for name, _ in functions}
    return {
        "API": (1, "HTTP API request"),
        "Lambda requests": (sum(used["invocations"] for _, used in functions), "Lambda request"),
        "Lambda time": (sum(used["duration_ms"] / 1000 * memory[name] for name, used in functions), "Lambda GB-second, arm64"),
        "SQS": (SQS_REQUESTS, "SQS request"),
        "DynamoDB writes": (load["write_units"], "DynamoDB write unit"),
        "DynamoDB reads": (load["read_units"], "DynamoDB read unit"),
        "DynamoDB storage": (MARKER_BYTES / 1e9 * MARKER_MONTHS, "DynamoDB GB-month"),
        "Logs": ((access_log_bytes() + sum(used["logged"] for _, used in functions)) / 1e9, "Logs GB"),
    }


# On paper, by the same prices. Both count a view by two updates; neither keeps assets in the function's memory.
STANDARD = {
    "API": (1, "HTTP API request"),
    "Lambda requests": (4.1, "Lambda request"),  # play, its three services, a tenth of a batch of ten
    "Lambda time": (0.03 * 0.5 + 3 * 0.01 * 0.5 + 0.01 * 0.5, "Lambda GB-second, arm64"),
    "SQS": (SQS_REQUESTS, "SQS request"),
    "DynamoDB writes": (4, "DynamoDB write unit"),  # an idempotency record is put and completed, two counters move
    "DynamoDB reads": (2, "DynamoDB read unit"),
    "DynamoDB storage": (200 / 1e9 / 30, "DynamoDB GB-month"),  # a record lives a day
    "Logs": (4.1 * 450 / 1e9 + 350 / 1e9, "Logs GB"),  # start, end and report of each invocation, in JSON; the access log
    "X-Ray": (0.05, "X-Ray trace"),
}
NAIVE = {
    "API": (1, "REST API request"),
    "Lambda requests": (5, "Lambda request"),  # play, its three services, a message at a time
    "Lambda time": (0.05 * 0.5 + 3 * 0.01 * 0.5 + 0.02 * 0.5, "Lambda GB-second, x86"),
    "SQS": (3, "SQS request"),  # sent, received, deleted
    "DynamoDB writes": (2, "DynamoDB write unit"),  # and so a view may count twice
    "DynamoDB reads": (4, "DynamoDB read unit"),  # consistent ones
    "Logs": (5 * 1_000 / 1e9 + 500 / 1e9, "Logs GB"),  # the same, and some lines of debugging
    "X-Ray": (1, "X-Ray trace"),
}


def dollars(design: dict[str, tuple[float, str]]) -> dict[str, float]:
    """Of a million plays."""
    return {item: quantity * PRICES["dollars"][price] * PLAYS for item, (quantity, price) in design.items()}


def designs(loads: list[dict]) -> dict[str, dict[str, tuple[float, str]]]:
    hot, tail = [load for load in loads if load["like_aws"]]
    return {
        f"videoms, {hot['assets']:,} assets": ours(hot),
        f"videoms, {tail['assets']:,} assets": ours(tail),
        "standard": STANDARD,
        "naive": NAIVE,
    }
