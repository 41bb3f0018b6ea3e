"""The plots of docs/benchmarks.md, as SVG. Each shows the figures of one table."""

from pathlib import Path

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt

OURS, PEERS, FLOOR = "#c2410c", "#94a3b8", "#334155"
SHADES = ["#7c2d12", "#c2410c", "#ea580c", "#fb923c", "#fdba74", "#475569", "#94a3b8", "#cbd5e1", "#1e293b"]

plt.rcParams |= {
    "svg.fonttype": "none",  # Text stays text.
    "svg.hashsalt": "videoms",  # The same figures give the same file.
    "font.family": "sans-serif",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titleweight": "bold",
    "axes.titlesize": 11,
}


def save(figure, path: Path) -> None:
    figure.tight_layout()
    # A white background keeps the plot readable on a dark page.
    figure.savefig(path, metadata={"Date": None}, facecolor="white")
    plt.close(figure)


def first_answer(rows: list[dict], path: Path) -> None:
    """Bars of wall time by runtime, in one panel per function and CPU."""
    memories = sorted({row["memory"] for row in rows}, key=lambda memory: -(memory or 10_000))
    figure, panels = plt.subplots(2, len(memories), figsize=(9, 4.6), squeeze=False)
    for line, function in zip(panels, ["get-content", "play"], strict=True):
        for panel, memory in zip(line, memories, strict=True):
            bars = [row for row in rows if row["function"] == function and row["memory"] == memory]
            names = [row["runtime"] for row in bars]
            drawn = panel.barh(names, [row["wall_ms"] for row in bars], color=[OURS, PEERS, PEERS])
            panel.bar_label(drawn, fmt=lambda ms: f"{ms:,.0f} ms", padding=3, fontsize=9)
            panel.set_title(f"{function}, {f'CPU of {memory} MB' if memory else 'a whole CPU'}")
            panel.invert_yaxis()
            panel.margins(x=0.35)
            panel.set_xticks([])
            panel.spines["bottom"].set_visible(False)
    figure.suptitle("From the process's start to the first answer, with AWS behind TLS", fontsize=12)
    save(figure, path)


def load(rows: list[dict], path: Path) -> None:
    """Plays per second and latency by connections."""
    rows = [row for row in rows if not row["like_aws"]]
    names = [str(row["connections"]) for row in rows]
    figure, (rate, latency) = plt.subplots(1, 2, figsize=(9, 3.2))
    drawn = rate.bar(names, [row["plays_per_second"] for row in rows], color=OURS, width=0.55)
    rate.bar_label(drawn, fmt="{:,.0f}", padding=2)
    rate.set(title="Plays per second, every view counted", xlabel="connections")
    rate.margins(y=0.15)
    for key, label, colour in [("p99_ms", "99 %", PEERS), ("p50_ms", "50 %", OURS)]:
        latency.plot(names, [row[key] for row in rows], "o-", color=colour, label=label)
        for name, row in zip(names, rows, strict=True):
            above = {"xytext": (0, 6), "textcoords": "offset points", "ha": "center", "fontsize": 8}
            latency.annotate(f"{row[key]:.1f}", (name, row[key]), **above)
    latency.set(title="Latency of a play, ms", xlabel="connections", yscale="log")
    latency.margins(0.15)
    latency.minorticks_off()
    latency.yaxis.set_major_formatter("{x:g}")
    latency.legend(frameon=False, loc="upper left")
    save(figure, path)


def cost(designs: dict[str, dict[str, float]], path: Path) -> None:
    """Stacked bars of the cost of a million plays, item by item."""
    items = list(dict.fromkeys(item for design in designs.values() for item in design))
    figure, panel = plt.subplots(figsize=(9, 3.2))
    left = dict.fromkeys(designs, 0.0)
    for item, shade in zip(items, SHADES, strict=False):
        values = [design.get(item, 0.0) for design in designs.values()]
        panel.barh(list(designs), values, left=list(left.values()), color=shade, label=item, height=0.6)
        left = {name: left[name] + design.get(item, 0.0) for name, design in designs.items()}
    for name, total in left.items():
        panel.text(total, name, f"  ${total:.2f}", va="center", fontweight="bold")
    panel.invert_yaxis()
    panel.margins(x=0.1)
    panel.set(title="A million plays, in dollars")
    panel.legend(frameon=False, fontsize=8, ncols=5, loc="upper center", bbox_to_anchor=(0.4, -0.12))
    save(figure, path)


def critical_path(rows: list[dict], path: Path) -> None:
    """Bars of a play's latency in round trips."""
    figure, panel = plt.subplots(figsize=(9, 2.2))
    colours = [FLOOR, OURS, OURS, PEERS]
    drawn = panel.barh([row["play"] for row in rows], [row["round_trips"] for row in rows], color=colours, height=0.6)
    panel.bar_label(drawn, fmt="{:.2f}", padding=3)
    panel.invert_yaxis()
    panel.margins(x=0.1)
    panel.set(title="A play in round trips, if everything that it calls takes 20 ms")
    save(figure, path)
