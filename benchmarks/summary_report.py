"""What benchmarks.summaries found, in the common form of all benchmarks.

The goals are for articles whose lead is hidden, and are those of the facts they were measured with
(OrangeSum's test split); with the lead kept the goal is the plain lead itself.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from benchmarks.report import Figure, Section
from benchmarks.rouge_fast import KINDS

OURS, LEAD = "relais", "lead"
MEDIAN_MS = 2.0
GOALS = {
    "1 sentence": (28.9, 10.4, 19.5),
    "2 sentences": (30.0, 11.2, 19.1),
}
_SHORT = {"rouge1": "R1", "rouge2": "R2", "rougeL": "RL"}

Report = Mapping[str, Mapping[str, Any]]


def make_section(hidden: Report, kept: Report, *, articles: int, seconds: float) -> Section:
    """Make the section of both runs: the lead hidden, and the lead put back."""
    return Section(
        name="summaries",
        title="Summaries",
        command="python -m benchmarks summaries",
        how=(
            "French news (OrangeSum, validation split), ROUGE F1 x 100 as papers report it"
            " (rouge-score, no stemming), 95 % bootstrap intervals; all systems take the same"
            " sentences. Lead hidden: the text without its human lead, which is the reference."
            " Lead kept: the lead stands before the text again, the title, kept back, is the"
            " reference, and the goal is the plain lead; in brackets is the interval of the"
            " difference from it. Milliseconds are for two sentences, splitting included."
        ),
        figures=(*_hidden(hidden), *_kept(kept), *_times(hidden)),
        scale="" if articles >= 1500 else f"{articles} of 1,500 articles",
        known=(
            "OrangeSum's test split, lead hidden, of the papers: BARThez 31.45/12.77/22.24,"
            " CamemBERT2CamemBERT 29.21/9.78/19.95, each made with a neural model",
        ),
        packages=("rouge-score", "sumy", "sentencex"),
        seconds=seconds,
    )


def _hidden(report: Report) -> Iterator[Figure]:
    for length in ("1 sentence", "2 sentences", "45 words"):
        goals = GOALS.get(length, (None, None, None))
        for kind, goal in zip(KINDS, goals, strict=True):
            low, high = report[f"paper/{length}/{OURS}"]["intervals"][kind]
            name = f"lead hidden, {length}: {_SHORT[kind]} [{low:.2f}, {high:.2f}]"
            yield _figure(report, length, kind, name, goal)


def _kept(report: Report) -> Iterator[Figure]:
    for length in ("1 sentence", "2 sentences", "45 words"):
        for kind in KINDS:
            lead = report[f"paper/{length}/{LEAD}"][kind]
            low, high = report[f"paper/{length}/{OURS}"]["gain_intervals"][kind]
            name = f"lead kept, {length}: {_SHORT[kind]} [{low:+.2f}, {high:+.2f}]"
            yield _figure(report, length, kind, name, lead)


def _figure(report: Report, length: str, kind: str, name: str, goal: float | None) -> Figure:
    return Figure(
        name,
        report[f"paper/{length}/{OURS}"][kind],
        at_least=goal,
        beside=_others(report, f"paper/{length}/", kind),
    )


def _times(report: Report) -> Iterator[Figure]:
    for name, goal in (("median", MEDIAN_MS), ("p95", None)):
        yield Figure(
            f"an article: {name}",
            report[f"ms/{OURS}"][name],
            "ms",
            at_most=goal,
            beside=_others(report, "ms/", name),
        )


def _others(report: Report, prefix: str, key: str) -> dict[str, float]:
    found = {name.removeprefix(prefix): each for name, each in report.items()}
    return {
        name: found[name][key]
        for name in (LEAD, "textrank", "lexrank")
        if f"{prefix}{name}" in report
    }
