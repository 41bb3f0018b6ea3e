"""Limits the size of the functions, because every cold start loads the whole binary.

python -m scripts.sizes --check     # fails if a function has grown by a tenth over bench/sizes.json
python -m scripts.sizes --record    # writes bench/sizes.json anew
"""

import json
import sys
from pathlib import Path

from local.builds import ROOT, architecture

RECORD = ROOT / "bench" / "sizes.json"
GROWTH = 1.10
NOT_CHECKED = 3


def built() -> dict[str, Path]:
    """The release binary of each function."""
    names = sorted(source.stem for source in ROOT.glob("functions/*/src/bin/*.rs"))
    return {name: ROOT / "target" / "lambda" / name / "bootstrap" for name in names}


def check() -> int:
    recorded = json.loads(RECORD.read_text()).get(architecture())
    if recorded is None:
        print(f"no sizes are recorded for {architecture()}", file=sys.stderr)
        return NOT_CHECKED
    grown = 0
    for name, path in built().items():
        size, limit = path.stat().st_size, recorded.get(name, 0) * GROWTH
        if size > limit:
            grown += 1
            print(f"{name} has {size} bytes, more than {limit:.0f}", file=sys.stderr)
    if grown:
        print("If there is a good reason, run `python -m scripts.sizes --record`.", file=sys.stderr)
    return min(grown, 1)


def record() -> int:
    known = json.loads(RECORD.read_text()) if RECORD.exists() else {}
    known[architecture()] = {name: path.stat().st_size for name, path in built().items()}
    RECORD.write_text(json.dumps(known, indent=2, sort_keys=True) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit({"--check": check, "--record": record}[sys.argv[1]]())
