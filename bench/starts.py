"""Guards the cost of a start.

`python -m bench.starts --check RESULTS` fails when a function's CPU time or page faults up to its first poll, as
multiples of `hello`'s in the same run, have grown over what bench/starts.json records. `--record RESULTS` records them
anew. RESULTS is the JSON that `first-poll` prints.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from local.builds import ROOT, architecture

RECORD = ROOT / "bench" / "starts.json"
# CPU times vary by a tenth between runs, page faults hardly at all.
GROWTH = {"cpu_ms": 1.25, "faults": 1.10}
NOT_CHECKED = 3


def ratios(rows: list[dict]) -> dict[str, dict[str, float]]:
    """Each function's figures as multiples of `hello`'s."""
    floor = next(row for row in rows if row["function"] == "hello")
    return {
        row["function"]: {figure: round(row[figure] / floor[figure], 2) for figure in GROWTH}
        for row in rows
        if row is not floor
    }


def check(measured: dict[str, dict[str, float]]) -> int:
    recorded = json.loads(RECORD.read_text()).get(architecture())
    if recorded is None:
        print(f"no starts are recorded for {architecture()}", file=sys.stderr)
        return NOT_CHECKED
    found = [complaint for name in measured for complaint in complaints(name, measured[name], recorded.get(name))]
    for complaint in found:
        print(complaint, file=sys.stderr)
    return 1 if found else 0


def complaints(name: str, figures: dict[str, float], recorded: dict[str, float] | None) -> Iterator[str]:
    if recorded is None:
        yield f"no start of {name} is recorded: see --record"
        return
    for figure, ratio in figures.items():
        limit = recorded[figure] * GROWTH[figure]
        if ratio > limit:
            yield f"a start of {name}: {figure} is {ratio:.2f} times hello's, the limit is {limit:.2f}"


def record(measured: dict[str, dict[str, float]]) -> int:
    known = json.loads(RECORD.read_text()) if RECORD.exists() else {}
    known[architecture()] = measured
    RECORD.write_text(json.dumps(known, indent=2, sort_keys=True) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit({"--check": check, "--record": record}[sys.argv[1]](ratios(json.loads(Path(sys.argv[2]).read_text()))))
