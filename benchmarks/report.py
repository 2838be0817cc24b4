"""The common form of what a benchmark found, and benchmarks/RESULTS.md made from it.

A section is kept as results/NAME.json; RESULTS.md is rendered from all of them, so that one
benchmark can be run again alone. A figure that misses its goal says so.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sqlite3
import subprocess
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
RESULTS = HERE / "results"
ORDER = (
    "limited",
    "paid",
    "feed_to_chat",
    "polling",
    "many_feeds",
    "fanout",
    "search",
    "startup",
    "summaries",
)
Value = float | int | str


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured thing: ours, its goal if there is one, and what others gave in the same run.

    A value in words ("not installed") says why there is no number.
    """

    name: str
    value: Value
    unit: str = ""
    at_least: float | None = None
    at_most: float | None = None
    beside: Mapping[str, Value] = field(default_factory=dict)

    @property
    def met(self) -> bool | None:
        """Whether the goal is reached; None where there is none."""
        if self.at_least is None and self.at_most is None:
            return None
        if isinstance(self.value, str):
            return False
        above = self.at_least is None or self.value >= self.at_least
        return above and (self.at_most is None or self.value <= self.at_most)


@dataclass(frozen=True, slots=True)
class Section:
    """What one benchmark found, and all that is needed to judge and repeat it.

    `how` says in words how it was measured; `scale` what was left smaller than the full run;
    `known` are figures of others that were not measured in this run, with where they come from.
    """

    name: str
    title: str
    command: str
    how: str
    figures: tuple[Figure, ...]
    scale: str = ""
    known: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    seconds: float = 0.0


def arguments(description: str | None) -> argparse.ArgumentParser:
    """Give the options that all benchmarks share."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="a small run, to see that it works")
    parser.add_argument("--results", type=Path, default=RESULTS, help="where the figures are kept")
    return parser


def publish(section: Section, results: Path = RESULTS) -> None:
    """Print a section, keep it, and render RESULTS.md again."""
    results.mkdir(parents=True, exist_ok=True)
    kept = {**asdict(section), "machine": machine(), "versions": versions(section.packages)}
    kept["conditions"] = conditions()
    kept["date"] = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    path = results / f"{section.name}.json"
    path.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n")
    print("\n".join(_lines(kept)))
    render(results)


def keep_series(name: str, series: Any, results: Path = RESULTS) -> None:
    """Keep what is drawn of a benchmark, beside its figures."""
    (results / "series").mkdir(parents=True, exist_ok=True)
    (results / "series" / f"{name}.json").write_text(json.dumps(series) + "\n")


def render(results: Path = RESULTS) -> None:
    """Write RESULTS.md, beside the folder of the results, from all of them."""
    found = {path.stem: json.loads(path.read_text()) for path in results.glob("*.json")}
    names = [name for name in ORDER if name in found]
    names += sorted(found.keys() - set(ORDER))
    head = [
        "# Results",
        "",
        "Written by `python -m benchmarks` (all of them) or by the command that each section"
        " names; do not edit. In brackets: how many times ours.",
        "",
    ]
    body = [line for name in names for line in [*_lines(found[name]), ""]]
    (results.parent / "RESULTS.md").write_text("\n".join(head + body))


def _lines(kept: dict[str, Any]) -> list[str]:
    figures = [Figure(**figure) for figure in kept["figures"]]
    others = list(dict.fromkeys(name for figure in figures for name in figure.beside))
    goals = any(figure.met is not None for figure in figures)
    heads = ["", "Relais", *(["goal"] if goals else []), *others]
    rows = [_row(figure, others, goals=goals) for figure in figures]
    took = f", in {kept['seconds']:.0f} s" if kept["seconds"] else ""
    lines = [f"## {kept['title']}", "", kept["how"], ""]
    lines += [f"**Not the full run:** {kept['scale']}.", ""] if kept["scale"] else []
    lines += [_cells(heads), _cells(["---", *["--:"] * (len(heads) - 1)]), *rows, ""]
    lines += [f"- Known, not of this run: {known}" for known in kept["known"]]
    under = kept.get("conditions", "")
    where = f"{kept['machine']}; {', '.join(f'{k} {v}' for k, v in kept['versions'].items())}"
    return [*lines, f"- `{kept['command']}` on {kept['date']}{took}{under}: {where}"]


def _row(figure: Figure, others: list[str], *, goals: bool) -> str:
    cells = [figure.name, f"**{show_value(figure.value, figure.unit)}**"]
    if goals:
        cells.append(show_goal(figure))
    return _cells([*cells, *(_other(figure, name) for name in others)])


def show_goal(figure: Figure) -> str:
    """Write a figure’s goal and whether it is met; nothing where it has none."""
    parts = [
        f"{sign} {show_value(limit)}"
        for sign, limit in (("≥", figure.at_least), ("≤", figure.at_most))
        if limit is not None
    ]
    return f"{', '.join(parts)} {'✓' if figure.met else '✗ **missed**'}" if parts else ""


def _other(figure: Figure, name: str) -> str:
    if name not in figure.beside:
        return ""
    value, ours = figure.beside[name], figure.value
    shown = show_value(value, figure.unit)
    if isinstance(value, str) or isinstance(ours, str) or not ours or not value:
        return shown
    return f"{shown} ({show_value(float(f'{value / ours:.3g}'))} ×)"


def show_value(value: Value, unit: str = "") -> str:
    """Write a value with its unit."""
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        shown = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    else:
        shown = f"{value:,}"
    return f"{shown} {unit}".strip()


def _cells(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def machine() -> str:
    """Say in a line what this machine is."""
    model = platform.processor() or platform.machine()
    cpu, memory = Path("/proc/cpuinfo"), ""
    if cpu.exists():
        models = [line for line in cpu.read_text().splitlines() if line.startswith("model name")]
        model = models[0].partition(":")[2].strip() if models else model
    if hasattr(os, "sysconf"):
        size = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        memory = f", {size / 2**30:.0f} GB"
    system = f"{platform.system()} {platform.release()}"
    return f"{os.cpu_count()} cores ({model}){memory}, {system}"


def conditions() -> str:
    """Say when the run was kept from being interrupted by other work on the machine."""
    if hasattr(os, "sched_getscheduler") and os.sched_getscheduler(0) != os.SCHED_OTHER:
        return ", ahead of other work on the machine (real-time priority)"
    return ""


def versions(packages: tuple[str, ...]) -> dict[str, str]:
    """Give what ran: this commit, Python, SQLite and the packages that matter."""
    found = {"Python": platform.python_version(), "SQLite": sqlite3.sqlite_version}
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"],
        cwd=HERE,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
    if commit:
        found = {"Relais": commit, **found}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found
