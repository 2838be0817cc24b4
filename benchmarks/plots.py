"""Pictures of what the deliveries found, for the README: docs/answers.png and docs/rates.png.

    python -m benchmarks.plots

It draws what the last runs of `limited` and `paid` kept; those not run are left out.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import matplotlib as mpl

from benchmarks.report import HERE, arguments

DOCS = HERE.parent / "docs"
COLOURS = {"relais": "#1f6feb", "python-telegram-bot": "#d1495b", "aiogram": "#8a8d91"}
LABELS = {"relais": "Relais"}
Series = dict[str, dict[str, list[float]]]


def main() -> None:
    """Draw what there is."""
    parser = arguments(__doc__)
    parser.add_argument("--docs", type=Path, default=DOCS)
    options = parser.parse_args()
    mpl.use("Agg")
    limited, paid = (_load(options.results, name) for name in ("limited", "paid"))
    if limited:
        _draw_answers(limited, options.docs / "answers.png")
    if limited and paid:
        _draw_rates(limited, paid, options.docs / "rates.png")


def _load(results: Path, name: str) -> Series:
    path = results / "series" / f"{name}.json"
    return dict(json.loads(path.read_text())) if path.exists() else {}


def _draw_answers(limited: Series, path: Path) -> None:
    """Draw how long answers took while the broadcast ran."""
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(7, 3.2), dpi=110)
    for name, series in limited.items():
        axes.plot(
            series["asked_at"],
            series["waited"],
            ".",
            markersize=3,
            color=COLOURS[name],
            label=LABELS.get(name, name),
        )
    axes.set_yscale("log")
    axes.set_xlabel("seconds since the broadcast began")
    axes.set_ylabel("seconds until the answer")
    axes.set_title("Asking /following during a broadcast, 30 messages a second", fontsize=10)
    _finish(figure, axes, path)


def _draw_rates(limited: Series, paid: Series, path: Path) -> None:
    """Draw messages in each second: under the limit, and paid."""
    from matplotlib import pyplot

    figure, (left, right) = pyplot.subplots(1, 2, figsize=(9, 3.2), dpi=110)
    for axes, kind, title, limit in (
        (left, limited, "Telegram’s limit", 30),
        (right, paid, "Paid broadcast", 1000),
    ):
        for name, series in kind.items():
            counts = series["per_second"]
            axes.plot(
                range(len(counts)),
                counts,
                color=COLOURS[name],
                linewidth=1.2,
                label=LABELS.get(name, name),
            )
        axes.axhline(limit, color="#bbbbbb", linewidth=0.8, linestyle="--")
        axes.set_ylim(bottom=0)
        axes.set_xlabel("seconds")
        axes.set_ylabel("messages a second")
        axes.set_title(title, fontsize=10)
    _finish(figure, left, path)


def _finish(figure: Any, axes: Any, path: Path) -> None:
    axes.legend(fontsize=8, frameon=False)
    figure.tight_layout()
    figure.savefig(path)


if __name__ == "__main__":
    main()
