"""The tracked documents. The parts in bench/page are checked as docs/benchmarks.md, which they become."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def paths() -> list[Path]:
    command = ["git", "ls-files", "-z", "*.md", ":!bench/page"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return [ROOT / name for name in listed.stdout.split("\0") if name]


def prose(path: Path) -> str:
    """The document without its code blocks, fenced or indented."""
    unfenced = re.sub(r"^```.*?^```", "", path.read_text(), flags=re.DOTALL | re.MULTILINE)
    return re.sub(r"^    .*$", "", unfenced, flags=re.MULTILINE)
