"""The README's section of figures, written from what is kept of the last runs.

    python -m benchmarks.readme

It stands between two comments there; a benchmark that was not run is left out.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks.report import HERE, Figure, arguments, show_goal, show_value

README = HERE.parent / "README.md"
BEGIN, END = "<!-- figures: python -m benchmarks readme -->\n", "<!-- end of figures -->"
SHOWN = (
    ("limited", "messages a second"),
    ("limited", "answer, median"),
    ("limited", "answer, longest"),
    ("paid", "messages a second"),
    ("paid", "one core busy"),
    ("paid", "processor time a message"),
    ("feed_to_chat", "no limit: to the last arrival"),
    ("feed_to_chat", "no limit: peak memory with workers"),
    ("feed_to_chat", "30/s: times the floor"),
    ("polling", "cold"),
    ("polling", "warm (all 304)"),
    ("polling", "feeds rejected"),
    ("many_feeds", "one core busy"),
    ("fanout", "rows a second, alone"),
    ("fanout", "first message leaves, worst"),
)


def main() -> None:
    """Replace the section."""
    parser = arguments(__doc__)
    parser.add_argument("--readme", type=Path, default=README)
    options = parser.parse_args()
    before, _, rest = options.readme.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    options.readme.write_text(f"{before}{BEGIN}{_section(options.results)}{END}{after}")


def _section(results: Path) -> str:
    kept = {path.stem: json.loads(path.read_text()) for path in results.glob("*.json")}
    rows = [
        _row(kept[name], figure)
        for name, wanted in SHOWN
        if name in kept
        for figure in (Figure(**one) for one in kept[name]["figures"])
        if figure.name == wanted
    ]
    if not rows:
        return ""
    newest = max(kept.values(), key=lambda section: section["date"])
    return "\n".join(
        [
            "",
            f"Measured on {newest['date'][:10]} on {newest['machine']}; to repeat:"
            " `pip install -e '.[bench]'`, then `python -m benchmarks` (or a name of"
            " `python -m benchmarks --list`). All figures, those that miss their goal too, and how"
            " each was measured: [benchmarks/RESULTS.md](benchmarks/RESULTS.md).",
            "",
            "| | Relais | goal | in the same run |",
            "| --- | --: | --- | --- |",
            *rows,
            "",
            "![How long answers take during a broadcast](docs/answers.png)",
            "",
            "![Messages a second, under the limit and paid](docs/rates.png)",
            "",
        ]
    )


def _row(section: dict[str, Any], figure: Figure) -> str:
    beside = ", ".join(
        f"{name} {show_value(value, figure.unit)}" for name, value in figure.beside.items()
    )
    note = " (short run)" if section["scale"] else ""
    note += " (ahead of other work)" if section.get("conditions") else ""
    value = show_value(figure.value, figure.unit)
    return f"| {section['title']}{note}: {figure.name} | {value} | {show_goal(figure)} | {beside} |"


if __name__ == "__main__":
    main()
