"""The tables of docs/benchmarks.md, each from the figures of one benchmark, and their summary for README."""

import textwrap
import zlib
from pathlib import Path

from bench import cost

ROOT = Path(__file__).resolve().parent.parent


def table(head: list[str], rows: list[list]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines)


def first_poll(rows: list[dict]) -> str:
    floor = next(row for row in rows if row["function"] == "hello")

    def cells(row: dict) -> list[str]:
        wall, cpu, faults = row["wall_ms"], row["cpu_ms"], row["faults"]
        ratios = [f"{cpu / floor['cpu_ms']:.2f}", f"{faults / floor['faults']:.2f}"]
        return [f"{wall:.2f}", f"{cpu:.2f}", ratios[0], f"{faults:,}", ratios[1]]

    head = ["function", "to the first poll, ms", "CPU ms", "times `hello`", "page faults", "times `hello`"]
    return table(head, [[row["function"], *cells(row)] for row in rows])


def first_answer(rows: list[dict]) -> str:
    ours = {(row["function"], row["memory"]): row for row in rows if row["runtime"] == "Rust"}

    def cells(row: dict) -> list[str]:
        own, wall, cpu = ours[row["function"], row["memory"]], row["wall_ms"], row["cpu_ms"]
        return [f"{wall:.1f}", f"{wall / own['wall_ms']:.1f}", f"{cpu:.1f}", f"{cpu / own['cpu_ms']:.1f}"]

    def share(row: dict) -> str:
        return f"of {row['memory']} MB" if row["memory"] else "whole"

    head = ["function", "CPU", "runtime", "to the first answer, ms", "times ours", "CPU ms", "times ours"]
    return table(head, [[row["function"], share(row), row["runtime"], *cells(row)] for row in rows])


def critical_path(rows: list[dict]) -> str:
    def cells(row: dict) -> list[str]:
        cpu = "" if row["cpu_ms"] is None else f"{row['cpu_ms']:.2f}"
        return [row["play"], f"{row['wall_ms']:.1f}", f"{row['round_trips']:.2f}", cpu]

    return table(["play", "ms", "round trips", "CPU of play, ms"], [cells(row) for row in rows])


def load(rows: list[dict]) -> str:
    def cells(row: dict) -> list[str]:
        play, get_views = (row["functions"][name]["cpu_ms"] for name in ("play", "get-views"))
        cpu = [row["cpu_ms"], play, get_views, row["cpu_ms"] - play - get_views]
        return [
            row["connections"],
            f"{row['assets']:,}",
            "yes" if row["like_aws"] else "no",
            f"{row['plays_per_second']:,.0f}",
            f"{row['p50_ms']:.1f}",
            f"{row['p99_ms']:.1f}",
            *(f"{ms:.2f}" for ms in cpu),
            f"{row['counted_after_s']:.1f}",
        ]

    head = ["connections", "assets", "AWS's waits", "plays per second", "p50 ms", "p99 ms"]
    head += ["CPU ms per play", "of play", "of get-views", "of the others", "all counted after, s"]
    return table(head, [cells(row) for row in rows])


def counting(run: dict) -> str:
    naive = {(row["round_trip_ms"], row["batch"]): row for row in run["rows"] if row["way"].startswith("naive")}

    def cells(row: dict) -> list[str]:
        floor = naive[row["round_trip_ms"], row["batch"]]
        return [
            f"{row['round_trip_ms']} ms",
            row["way"],
            f"{row['batch']:,}",
            f"{row['views_per_second']:,.0f}",
            f"{row['views_per_second'] / floor['views_per_second']:.1f}",
            f"{row['write_units']:.2f}",
            f"{row['requests']:.2f}",
        ]

    head = ["per request", "way", "batch", "views per second", "times naive"]
    head += ["write units per view", "requests per view"]
    hot, reads = run["hot_asset"], run["reads"]
    sentence = (
        f"With one asset at 100 % of the load the ledger counts {hot['times_the_zipf_load']:.2f} times as many views"
        " per second as under the Zipf load, and no batch fails."
        f" Reading that asset's count takes {hot['read_units']} read units. With 31 days in each of 16 shards and an id"
        f" of 128 characters, a total takes {reads['total']} and 30 days take {reads['days']}. A top list of 100 ids of"
        f" 64 characters takes {reads['top']}."
    )
    return f"{table(head, [cells(row) for row in run['rows']])}\n\n{textwrap.fill(sentence, 120)}"


def replays(rows: list[dict]) -> str:
    """The price of a view while 3 % of the messages repeat keys that were counted before."""

    def cells(row: dict) -> list[str]:
        without, units = row["write_units_without"], row["write_units"]
        keys = "with keys" if row["keys"] else "without keys"
        return [f"{row['batch']:,}", keys, f"{without:.2f}", f"{units:.2f}", f"{units / without - 1:.1%}"]

    head = ["batch", "other views", "write units per view without replays", "with 3 % replays", "more"]
    return table(head, [cells(row) for row in rows])


def batching(run: dict) -> str:
    """The price of a view against the batching window."""
    rows = [[row["window_s"], row["size"], row["batch"], f"{row['write_units']:.2f}"] for row in run["rows"]]
    return table(["`BatchingWindowSeconds`", "`BatchSize`", "views per batch", "write units per view"], rows)


def size() -> str:
    lines = []
    for path in sorted((ROOT / "target" / "lambda").glob("*/bootstrap")):
        content = path.read_bytes()
        lines.append([path.parent.name, f"{len(content) / 1e6:.2f}", f"{len(zlib.compress(content, 9)) / 1e6:.2f}"])
    return table(["function", "binary, MB", "zipped, MB"], lines)


def bill(designs: dict[str, cost.Design]) -> str:
    dollars = {name: cost.dollars(design) for name, design in designs.items()}
    items = list(dict.fromkeys(item for design in designs.values() for item in design))

    def cells(name: str, item: str) -> list[str]:
        if item not in designs[name]:
            return ["", ""]
        return [f"{designs[name][item][0]:.3g}", f"${dollars[name][item]:.2f}"]

    head = ["", *(cell for name in designs for cell in (f"{name}: per play", "per million"))]
    total = [cell for name in designs for cell in ("", f"**${sum(dollars[name].values()):.2f}**")]
    rows = [[item, *(cell for name in designs for cell in cells(name, item))] for item in items]
    return table(head, [*rows, ["", *total]])


def summary(run: dict, designs: dict[str, cost.Design]) -> str:
    """The figures of README."""
    bills = {name: sum(cost.dollars(design).values()) for name, design in designs.items()}
    plays = next(row["plays_per_second"] for row in run["load"] if row["connections"] == 8 and not row["like_aws"])
    prices = ", ".join(f"${dollars:.2f} ({name})" for name, dollars in bills.items())
    python, node = (times_ours(run["first-answer"], runtime) for runtime in ("Python", "Node.js"))
    lines = [
        f"A million plays cost, by list prices and [design](docs/benchmarks.md#cost): {prices}.",
        f"Up to its first answer a cold start takes at most 1/{python} of Python's CPU time and 1/{node} of Node.js's.",
        f"With viewers on 8 connections, {plays:,.0f} plays per second are answered and counted.",
    ]
    return "\n".join(textwrap.fill(f"- {line}", 120, subsequent_indent="  ") for line in lines)


def times_ours(rows: list[dict], runtime: str) -> int:
    """How many times our CPU time a runtime takes at least up to its first answer."""
    ours = {(row["function"], row["memory"]): row["cpu_ms"] for row in rows if row["runtime"] == "Rust"}
    return int(min(row["cpu_ms"] / ours[row["function"], row["memory"]] for row in rows if row["runtime"] == runtime))
