"""The figures that the fault campaign writes into docs/exactly-once.md."""

from scripts import figures

REPORT = """\
seed 7: 1000000 views played
   210535 duplicates, 118549 recovered from the log
      698 LostAnswer
     1302 Outage
        0 reported as failed, but counted
        0 lost
        0 doubled
       97 repaired, with 30 refused because of a view in between, 2 failed and 1 broken off
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
        ["repaired", "97"],
        ["refused because of a view in between", "30"],
        ["failed", "2"],
        ["broken off", "1"],
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
    for command in ("faults", "mutations"):
        assert figures.with_figures(figures.PAGE.read_text(), command, "| x |").count("| x |") == 1
