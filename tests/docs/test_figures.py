"""The figures that commands write into docs/exactly-once.md and README."""

from pathlib import Path

from bench import tables
from scripts import figures

README = Path(__file__).resolve().parents[2] / "README.md"

REPORT = """\
seed 7: 1000000 views played
   210535 duplicates, 118549 recovered from the log
      698 AnswerLost
     1302 TableDown
        0 reported as failed, but counted
        0 lost
        0 doubled
      101 counters damaged
      100 counters right at the end, 1 counters whose right value nobody can know
"""
MUTATIONS = """\
== duplicates-not-dropped
wrong: Difference { counter: "user#u1", played: 1203, counted: 1204 }
wrong: Difference { counter: "user#u2", played: 3, counted: 5 }
        0 reported as failed, but counted
        0 lost
     2599 doubled
== whole-batch-reported
      294 reported as failed, but counted
        0 lost
        0 doubled
"""


def rows(table):
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]


def test_every_figure_of_a_campaign_has_its_row():
    assert rows(figures.faults(REPORT)) == [
        ["with the seed", "7"],
        ["---", "---"],
        ["views played", "1,000,000"],
        ["faults", "2,000 of 2 kinds, each kind at least 698 times"],
        ["duplicates", "210,535"],
        ["recovered from the log", "118,549"],
        ["reported as failed, but counted", "0"],
        ["lost", "0"],
        ["doubled", "0"],
        ["counters damaged", "101"],
        ["counters right at the end", "100"],
        ["counters whose right value nobody can know", "1"],
    ]


def test_every_mutation_has_its_row():
    assert rows(figures.mutations(MUTATIONS))[2:] == [
        ["duplicates not dropped", "0", "2,599", "0", "`user#u1`: 1203 played, 1204 counted"],
        ["whole batch reported", "0", "0", "294", ""],
    ]


def test_new_figures_replace_the_old_ones_and_nothing_else():
    page = "before\n<!-- written by `make faults` -->\nold\n<!-- end -->\nbetween\n<!-- end -->\n"
    written = figures.with_figures(page, "faults", "new")
    assert "old" not in written
    assert "\n\nnew\n<!-- end -->\nbetween\n<!-- end -->\n" in written
    assert written.startswith("before\n<!-- written by `make faults` -->\n`make faults`, ")


def test_the_page_has_a_place_for_the_figures_of_each_command():
    for page, command in ((figures.PAGE, "faults"), (figures.PAGE, "mutations"), (README, "bench")):
        assert figures.with_figures(page.read_text(), command, "| x |").count("| x |") == 1


def test_the_summary_names_the_worst_ratio_and_each_design():
    def start(runtime, memory, cpu_ms):
        return {"function": "play", "runtime": runtime, "memory": memory, "cpu_ms": cpu_ms}

    starts = [start("Rust", None, 4.0), start("Python", None, 264.0), start("Node.js", None, 162.0)]
    starts += [start("Rust", 128, 8.5), start("Python", 128, 453.4), start("Node.js", 128, 282.9)]
    loads = [
        {"connections": 8, "like_aws": False, "plays_per_second": 1234.5},
        {"connections": 8, "like_aws": True, "plays_per_second": 200.0},
    ]
    designs = {"standard": {"API": (1, "HTTP API request")}, "naive": {"API": (1, "REST API request")}}
    prices = "$1.00 (standard), $3.50 (naive)"
    assert tables.summary({"first-answer": starts, "load": loads}, designs).splitlines() == [
        f"- A million plays cost, by list prices and [design](docs/benchmarks.md#cost): {prices}.",
        "- Up to its first answer a cold start takes at most 1/53 of Python's CPU time and 1/33 of Node.js's.",
        "- With viewers on 8 connections, 1,234 plays per second are answered and counted.",
    ]
