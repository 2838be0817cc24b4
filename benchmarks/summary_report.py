"""What benchmarks.summaries found, in the common form of all benchmarks.

The goals are for articles whose lead is hidden, and are those of the facts they were measured with
(OrangeSum's test split); with the lead kept the goal is the lead of the same sentences.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.report import Figure, Section
from benchmarks.rouge_fast import KINDS

OURS, LEAD, PREPARED = "relais", "lead", "prepared lead"
MEDIAN_MS = 2.0
GOALS = {
    "1 sentence": (28.9, 10.4, 19.5),
    "2 sentences": (30.0, 11.2, 19.1),
}
_SHORT = {"rouge1": "R1", "rouge2": "R2", "rougeL": "RL"}

Report = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Kept:
    """What was found on one set of texts that keep their lead."""

    name: str
    articles: int
    report: Report


def make_section(hidden: Report, kept: Sequence[Kept], *, articles: int, seconds: float) -> Section:
    """Make the section of all runs: the lead hidden, and the lead kept."""
    return Section(
        name="summaries",
        title="Summaries",
        command="python -m benchmarks summaries",
        how=(
            "French news (OrangeSum, validation split), ROUGE F1 x 100 as papers report it"
            " (rouge-score, no stemming), 95 % bootstrap intervals; all systems take the same"
            " sentences. Lead hidden: the text without its human lead, which is the reference."
            " Lead kept: the lead stands before the text again, the title, kept back, is the"
            " reference. Then with the lead itself as reference, which tells how much of it is left"
            " out: no summary can gain there, and what may not open one (a quotation, a pronoun"
            " that nothing explains) is lost; the articles that we open otherwise are counted, and"
            " the gain on all others given apart. English feeds: full texts that feeds carry, most"
            " of them of blogs, against their titles. With the lead kept the goal is the lead of"
            " the same sentences that ours chooses from, without noise, labels, headings and stubs"
            " (prepared lead); in brackets is the interval of the difference from it. The plain"
            " lead beside it counts those as sentences, and so is shorter, which a short reference"
            " rewards. Milliseconds are for two sentences, splitting included."
        ),
        figures=(
            *_hidden(hidden),
            *(figure for each in kept for figure in _kept(each)),
            *_times(hidden),
        ),
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


def _kept(kept: Kept) -> Iterator[Figure]:
    report = kept.report
    for length in ("1 sentence", "2 sentences", "45 words"):
        for kind in KINDS:
            lead = report[f"paper/{length}/{PREPARED}"][kind]
            low, high = report[f"paper/{length}/{OURS}"]["gain_intervals"][kind]
            name = f"{kept.name}, {length}: {_SHORT[kind]} [{low:+.2f}, {high:+.2f}]"
            yield _figure(report, length, kind, name, lead)
    others = report["openings"]["other"]
    yield Figure(f"{kept.name}: of {kept.articles:,} articles opened otherwise", others)
    for length in ("1 sentence", "2 sentences", "45 words"):
        gain = report[f"alike/{length}"]
        low, high = gain["intervals"]["rouge1"]
        name = f"{kept.name}, {length}, all others: gain in R1 [{low:+.2f}, {high:+.2f}]"
        yield Figure(name, gain["rouge1"])


def _figure(report: Report, length: str, kind: str, name: str, goal: float | None) -> Figure:
    return Figure(
        name,
        report[f"paper/{length}/{OURS}"][kind],
        at_least=goal,
        beside=_others(report, f"paper/{length}/", kind),
    )


def _times(report: Report) -> Iterator[Figure]:
    """Give the time that passed, and what of it this thread worked: a machine may be shared."""
    for name, goal in (("median", MEDIAN_MS), ("p95", None)):
        for key, what in ((name, name), (f"cpu_{name}", f"{name} of processor time")):
            yield Figure(
                f"an article: {what}",
                report[f"ms/{OURS}"][key],
                "ms",
                at_most=goal if key == name else None,
                beside=_others(report, "ms/", key),
            )


def _others(report: Report, prefix: str, key: str) -> dict[str, float]:
    found = {name.removeprefix(prefix): each for name, each in report.items()}
    return {
        name: found[name][key]
        for name in (LEAD, PREPARED, "textrank", "lexrank")
        if f"{prefix}{name}" in report
    }
