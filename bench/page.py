"""Writes docs/benchmarks.md and its plots out of one run's figures: `page.py DIRECTORY` with a JSON file a program."""

import json
import os
import platform
import sys
import textwrap
import zlib
from datetime import date
from pathlib import Path

from bench import cost
from bench import plots

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PLOTS = DOCS / "benchmarks"
PROSE = ROOT / "bench" / "page"
# Plays a second of the Go original on 8 connections, with the lock that keeps it from crashing, on two such cores.
ORIGINAL = 790


def table(head: list[str], rows: list[list]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines)


def first_poll(rows: list[dict]) -> str:
    floor = next(row for row in rows if row["function"] == "hello")
    head = ["function", "to the first poll, ms", "times `hello`", "CPU ms", "times `hello`"]
    ratio = lambda row, key: f"{row[key] / floor[key]:.2f}"
    return table(head, [
        [row["function"], f"{row['wall_ms']:.2f}", ratio(row, "wall_ms"), f"{row['cpu_ms']:.2f}", ratio(row, "cpu_ms")]
        for row in rows
    ])


def first_answer(rows: list[dict]) -> str:
    ours = {(row["function"], row["memory"]): row for row in rows if row["runtime"] == "Rust"}
    head = ["function", "CPU", "runtime", "to the first answer, ms", "times ours", "CPU ms", "times ours"]
    lines = []
    for row in rows:
        own = ours[row["function"], row["memory"]]
        share = f"of {row['memory']} MB" if row["memory"] else "whole"
        lines.append([
            row["function"], share, row["runtime"], f"{row['wall_ms']:.1f}", f"{row['wall_ms'] / own['wall_ms']:.1f}",
            f"{row['cpu_ms']:.1f}", f"{row['cpu_ms'] / own['cpu_ms']:.1f}",
        ])
    return table(head, lines)


def critical_path(rows: list[dict]) -> str:
    head = ["play", "ms", "round trips", "CPU of play, ms"]
    cpu = lambda row: "" if row["cpu_ms"] is None else f"{row['cpu_ms']:.2f}"
    return table(head, [[row["play"], f"{row['wall_ms']:.1f}", f"{row['round_trips']:.2f}", cpu(row)] for row in rows])


def load(rows: list[dict]) -> str:
    head = ["connections", "assets", "AWS's waits", "plays per second", "p50 ms", "p99 ms", "CPU ms per play", "of play", "of get-views", "of the others", "all counted after, s"]
    lines = []
    for row in rows:
        cpu = {name: used["cpu_ms"] for name, used in row["functions"].items()}
        others = row["cpu_ms"] - cpu["play"] - cpu["get-views"]
        lines.append([
            row["connections"], f"{row['assets']:,}", "yes" if row["like_aws"] else "no", f"{row['plays_per_second']:,.0f}",
            f"{row['p50_ms']:.1f}", f"{row['p99_ms']:.1f}", f"{row['cpu_ms']:.2f}", f"{cpu['play']:.2f}", f"{cpu['get-views']:.2f}",
            f"{others:.2f}", f"{row['counted_after_s']:.1f}",
        ])
    return table(head, lines)


def counting(run: dict) -> str:
    naive = {(row["round_trip_ms"], row["batch"]): row for row in run["rows"] if row["way"].startswith("naive")}
    head = ["per request", "way", "batch", "views per second", "times naive", "write units per view", "requests per view"]
    lines = []
    for row in run["rows"]:
        floor = naive[row["round_trip_ms"], row["batch"]]
        lines.append([
            f"{row['round_trip_ms']} ms", row["way"], f"{row['batch']:,}", f"{row['views_per_second']:,.0f}",
            f"{row['views_per_second'] / floor['views_per_second']:.1f}", f"{row['write_units']:.2f}", f"{row['requests']:.2f}",
        ])
    hot = run["hot_asset"]
    sentence = (
        f"With one asset at 100 % of the load the ledger counts {hot['times_the_zipf_load']:.2f} times as many views per"
        f" second as under the Zipf load, and no batch fails. Reading that asset's count takes {hot['read_units']} read units."
    )
    return f"{table(head, lines)}\n\n{textwrap.fill(sentence, 120)}"


def size() -> str:
    lines = []
    for path in sorted((ROOT / "target" / "lambda").glob("*/bootstrap")):
        content = path.read_bytes()
        lines.append([path.parent.name, f"{len(content) / 1e6:.2f}", f"{len(zlib.compress(content, 9)) / 1e6:.2f}"])
    return table(["function", "binary, MB", "zipped, MB"], lines)


def bill(designs: dict[str, dict]) -> str:
    dollars = {name: cost.dollars(design) for name, design in designs.items()}
    items = list(dict.fromkeys(item for design in designs.values() for item in design))
    quantity = lambda design, item: f"{design[item][0]:.3g}" if item in design else ""
    price = lambda name, item: f"${dollars[name][item]:.2f}" if item in dollars[name] else ""
    cells = lambda item: [cell for name, design in designs.items() for cell in (quantity(design, item), price(name, item))]
    head = ["", *(cell for name in designs for cell in (f"{name}: per play", "per million"))]
    total = [cell for name in designs for cell in ("", f"**${sum(dollars[name].values()):.2f}**")]
    return table(head, [*([item, *cells(item)] for item in items), ["", *total]])


def section(name: str, title: str, figures: str, plot: str = "") -> str:
    picture = f"![{plot}](benchmarks/{name}.svg)\n\n" if plot else ""
    return f"## {title}\n\n{(PROSE / f'{name}.md').read_text().strip()}\n\n{picture}{figures}\n"


def main(directory: Path) -> None:
    run = {path.stem: json.loads(path.read_text()) for path in directory.glob("*.json")}
    designs = cost.designs(run["load"])
    PLOTS.mkdir(exist_ok=True)
    plots.first_answer(run["first-answer"], PLOTS / "first-answer.svg")
    plots.critical_path(run["critical-path"], PLOTS / "critical-path.svg")
    plots.load(run["load"], ORIGINAL, PLOTS / "load.svg")
    plots.cost({name: cost.dollars(design) for name, design in designs.items()}, PLOTS / "cost.svg")
    head = (PROSE / "head.md").read_text().strip()
    measured = f"Measured by `make bench` on {date.today()}, {platform.machine()}, {os.cpu_count()} cores."
    parts = [
        f"{head}\n\n{measured}\n",
        section("first-answer", "First answer", first_answer(run["first-answer"]), "Bars: time to the first answer by runtime"),
        section("first-poll", "First poll", first_poll(run["first-poll"])),
        section("critical-path", "A play's critical path", critical_path(run["critical-path"]), "Bars: a play in round trips"),
        section("load", "Load", load(run["load"]), "Plays per second and latency by connections"),
        section("counting", "Counting", counting(run["counting"])),
        section("cost", "Cost", bill(designs), "Bars: what a million plays cost by design"),
        section("size", "Size", size()),
        (PROSE / "steps.md").read_text(),
    ]
    (DOCS / "benchmarks.md").write_text("\n".join(parts))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
