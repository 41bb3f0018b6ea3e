"""Writes the figures of a command into the place in a document that names it.

python -m scripts.figures faults REPORT
python -m scripts.figures mutations REPORT
"""

import os
import platform
import re
import sys
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "exactly-once.md"
# A number and what it counts. Some lines of a report hold several.
FIGURE = re.compile(r"(\d+) (\D+?)(?=, \d|$)", re.MULTILINE)
KIND_OF_FAULT = re.compile(r"^ *(\d+) ([A-Z]\w+)$", re.MULTILINE)
WRONG = re.compile(r'counter: "(.+?)", played: (\d+), counted: (\d+)')


def faults(report: str) -> str:
    """The table of a campaign's report."""
    kinds = [int(times) for times, _ in KIND_OF_FAULT.findall(report)]
    seed, rest = re.fullmatch(r"seed (\d+): (.+)", KIND_OF_FAULT.sub("", report), re.DOTALL).groups()
    figures = [(what, f"{int(number):,}") for number, what in FIGURE.findall(rest)]
    raised = ("faults", f"{sum(kinds):,} of {len(kinds)} kinds, each kind at least {min(kinds):,} times")
    return table(["with the seed", seed], [figures[0], raised, *figures[1:]])


def mutations(report: str) -> str:
    """The table of what the campaign found in each broken copy."""
    rows = []
    for part in report.split("== ")[1:]:
        name, found = part.split("\n", 1)
        number = {what: f"{int(times):,}" for times, what in FIGURE.findall(found)}
        columns = [number["lost"], number["doubled"], number["reported as failed, but counted"], example(found)]
        rows.append([name.replace("-", " "), *columns])
    return table(["mutation", "lost", "doubled", "reported, but counted", "the first wrong counter"], rows)


def example(found: str) -> str:
    wrong = WRONG.search(found)
    return "`{}`: {} played, {} counted".format(*wrong.groups()) if wrong else ""


def table(head: list[str], rows: list) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def with_figures(page: str, name: str, figures: str) -> str:
    """The page with these figures in the place of the old ones."""
    begin, end = f"<!-- written by `make {name}` -->\n", "<!-- end -->\n"
    before, rest = page.split(begin)
    measured = f"`make {name}`, {date.today()}, {platform.machine()}, {os.cpu_count()} cores:"
    return f"{before}{begin}{measured}\n\n{figures}\n{end}{rest.split(end, 1)[1]}"


def main() -> None:
    name, report = sys.argv[1], Path(sys.argv[2]).read_text()
    figures = {"faults": faults, "mutations": mutations}[name](report)
    PAGE.write_text(with_figures(PAGE.read_text(), name, figures))


if __name__ == "__main__":
    main()
