"""`make load`: plays at a fixed rate, and every count is compared with what was played."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_every_view_of_a_load_is_counted_exactly(api):
    words = ["--plays", "60", "--rate", "6", "--users", "8", "--assets", "3", "--yes"]
    # Python itself, because make turns every exit code but 0 into 2.
    ended = subprocess.run(
        [sys.executable, "-m", "ops.stack", "load", *words], cwd=ROOT, capture_output=True, text=True, timeout=900
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "60 of 60 plays answered in " in ended.stdout
    assert re.search(
        r"^Latency .* median \d+ ms, p90 \d+ ms, p99 \d+ ms, p99\.9 \d+ ms, longest \d+ ms$", ended.stdout, re.M
    )
    assert re.search(r"^\d+ counters compared: each holds exactly the views that were played$", ended.stdout, re.M)
    (run,) = re.findall(r"all ids begin with (load-\w+)$", ended.stdout, re.M)
    assert api.content(f"{run}-a0").status == 404, "the assets of a load are still in the catalogue"
