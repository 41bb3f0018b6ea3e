"""Writes docs/benchmarks.md with its plots, and README's figures, from the figures of one run.

    python -m bench.page DIRECTORY

DIRECTORY holds one JSON file per benchmark.
"""

import json
import os
import platform
import sys
from datetime import date
from pathlib import Path

from bench import cost, plots, tables
from scripts.figures import with_figures

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
README = ROOT / "README.md"
PLOTS = DOCS / "benchmarks"
PROSE = ROOT / "bench" / "page"


def main(directory: Path) -> None:
    run = {path.stem: json.loads(path.read_text()) for path in directory.glob("*.json")}
    designs = cost.designs(run["load"], run["access-log"]["format"])
    PLOTS.mkdir(exist_ok=True)
    plots.first_answer(run["first-answer"], PLOTS / "first-answer.svg")
    plots.critical_path(run["critical-path"], PLOTS / "critical-path.svg")
    plots.load(run["load"], PLOTS / "load.svg")
    plots.cost({name: cost.dollars(design) for name, design in designs.items()}, PLOTS / "cost.svg")
    (DOCS / "benchmarks.md").write_text("\n".join(sections(run, designs)))
    README.write_text(with_figures(README.read_text(), "bench", tables.summary(run, designs)))


def sections(run: dict, designs: dict[str, cost.Design]) -> list[str]:
    measured = f"Measured by `make bench` on {date.today()}, {platform.machine()}, {os.cpu_count()} cores."
    first_answer, critical_path = tables.first_answer(run["first-answer"]), tables.critical_path(run["critical-path"])
    return [
        f"{prose('head')}\n\n{measured}\n",
        section("first-answer", "First answer", first_answer, "Bars: time to the first answer by runtime"),
        section("first-poll", "First poll", tables.first_poll(run["first-poll"])),
        section("critical-path", "A play's critical path", critical_path, "Bars: a play in round trips"),
        section("load", "Load", tables.load(run["load"]), "Plays per second and latency by connections"),
        section("counting", "Counting", tables.counting(run["counting"])),
        section("replays", "Replays", tables.replays(run["counting"]["replays"])),
        section("batching", "Batches", tables.batching(run["batching"])),
        section("cost", "Cost", tables.bill(designs), "Bars: the cost of a million plays by design"),
        section("size", "Size", tables.size()),
        f"{prose('steps')}\n",
    ]


def section(name: str, title: str, figures: str, plot: str = "") -> str:
    picture = f"![{plot}](benchmarks/{name}.svg)\n\n" if plot else ""
    return f"## {title}\n\n{prose(name)}\n\n{picture}{figures}\n"


def prose(name: str) -> str:
    return (PROSE / f"{name}.md").read_text().strip()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
