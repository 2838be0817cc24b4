"""ROUGE and time of our summaries beside the lead's, TextRank's and LexRank's, in one run.

    python -m benchmarks.summaries --data FILE.jsonl --language fr --lead-hidden

The file holds title, text and ref (or a list of refs) on each line. --lead-hidden: the text has
lost its lead, as when the reader has it before them; --lead-kept: it still opens with it. There
"prepared lead" is the lead of the same sentences that ours chooses from. Without --data both are
measured on OrangeSum's validation split, and English feeds with the lead kept, for RESULTS.md.
"""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.report import arguments, publish
from benchmarks.rouge_fast import KINDS
from benchmarks.summary_report import LEAD, OURS, PREPARED, Kept, Report, make_section
from benchmarks.summary_scores import Scores, find_interval, make_scorers, score_all
from benchmarks.summary_sets import (
    FEEDS,
    VALIDATION,
    Item,
    get_refs,
    put_lead_back,
    read_feed_items,
    read_items,
)
from benchmarks.summary_systems import (
    System,
    Task,
    cut_to_words,
    make_sumy,
    run_lead,
    run_ours,
    run_prepared_lead,
)

Length = Callable[[System, Task], list[str]]

LENGTHS: dict[str, Length] = {
    "1 sentence": lambda system, task: system(task, 1),
    "2 sentences": lambda system, task: system(task, 2),
    "45 words": lambda system, task: cut_to_words(system, task, 45),
}


@dataclass
class Run:
    """What one system made at one length: texts, scores by scorer, milliseconds passed and used."""

    texts: list[str] = field(default_factory=list)
    scores: dict[str, Scores] = field(default_factory=dict)
    ms: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)


def measure(system: System, length: Length, tasks: list[Task]) -> Run:
    """Summarise every article, timing each."""
    run = Run()
    for task in tasks:
        start, cpu_start = time.perf_counter(), time.thread_time()
        sentences = length(system, task)
        run.cpu_ms.append(1000 * (time.thread_time() - cpu_start))
        run.ms.append(1000 * (time.perf_counter() - start))
        run.texts.append(" ".join(sentences))
    return run


def show(runs: dict[tuple[str, str], Run], scorers: list[str], baseline: str) -> dict[str, Any]:
    """Print a table for each scorer and length; give the same figures for --json."""
    report: dict[str, Any] = {}
    for scorer in scorers:
        for length in LENGTHS:
            print(
                f"\n{length}, scorer {scorer}: ROUGE-1 / ROUGE-2 / ROUGE-L (95 %), minus {baseline}"
            )
            for (name, of), run in runs.items():
                if of != length:
                    continue
                scores = run.scores[scorer]
                low, high = find_interval(scores)
                gain = scores - runs[baseline, length].scores[scorer]
                gain_low, gain_high = find_interval(gain)
                words = statistics.mean(len(text.split()) for text in run.texts)
                cells = [
                    f"{mean:5.2f} [{a:5.2f},{b:5.2f}] {by:+5.2f} [{c:+.2f},{d:+.2f}]"
                    for mean, a, b, by, c, d in zip(
                        scores.mean(0), low, high, gain.mean(0), gain_low, gain_high, strict=True
                    )
                ]
                print(f"  {name:13} {'  '.join(cells)}  {words:4.0f} words")
                report[f"{scorer}/{length}/{name}"] = {
                    **dict(zip(KINDS, np.round(scores.mean(0), 2).tolist(), strict=True)),
                    "words": round(words, 1),
                    "intervals": _name_bounds(low, high),
                    "gain_intervals": _name_bounds(gain_low, gain_high),
                }
    return report


def _name_bounds(low: Scores, high: Scores) -> dict[str, list[float]]:
    pairs = np.round(np.column_stack([low, high]), 2).tolist()
    return dict(zip(KINDS, pairs, strict=True))


def show_times(runs: dict[tuple[str, str], Run]) -> dict[str, Any]:
    """Print and give the milliseconds an article at two sentences: median and 95th percentile."""
    print("\nmilliseconds an article, 2 sentences, splitting included: median / 95th percentile")
    report = {}
    for (name, length), run in runs.items():
        if length == "2 sentences":
            figures = {
                "median": statistics.median(run.ms),
                "p95": float(np.percentile(run.ms, 95)),
                "cpu_median": statistics.median(run.cpu_ms),
                "cpu_p95": float(np.percentile(run.cpu_ms, 95)),
            }
            print(
                f"  {name:13} {figures['median']:6.2f} / {figures['p95']:6.2f}"
                f"   of this thread alone {figures['cpu_median']:6.2f} / {figures['cpu_p95']:6.2f}"
            )
            report[f"ms/{name}"] = {key: round(value, 3) for key, value in figures.items()}
    return report


def show_openings(runs: dict[tuple[str, str], Run]) -> dict[str, Any]:
    """Print and give what ours gains on its lead where both open alike, and on how many not."""
    pairs = zip(runs[OURS, "1 sentence"].texts, runs[PREPARED, "1 sentence"].texts, strict=True)
    alike = np.array([ours == lead for ours, lead in pairs])
    report: dict[str, Any] = {"openings": {"other": int((~alike).sum())}}
    print(f"\nopened otherwise than on the lead: {report['openings']['other']}; of the others:")
    for length in LENGTHS:
        gain = (
            runs[OURS, length].scores["paper"][alike]
            - runs[PREPARED, length].scores["paper"][alike]
        )
        bounds = _name_bounds(*find_interval(gain))
        means = dict(zip(KINDS, np.round(gain.mean(0), 2).tolist(), strict=True))
        print(f"  {length}: {means} {bounds}")
        report[f"alike/{length}"] = {**means, "intervals": bounds}
    return report


def compare(
    items: list[Item], systems: dict[str, System], language: str, *, hidden: bool
) -> Report:
    """Run the systems on articles, print what they reached, and give it."""
    shown = "" if hidden else None
    tasks = [Task(i.get("title") or "", i["text"], language, shown) for i in items]
    refs = [get_refs(item) for item in items]
    scorers = make_scorers(language)
    runs = {
        (name, length): measure(system, make, tasks)
        for length, make in LENGTHS.items()
        for name, system in systems.items()
    }
    for run in runs.values():
        run.scores = {name: score_all(each, refs, run.texts) for name, each in scorers.items()}
    report = show(runs, list(scorers), LEAD if hidden else PREPARED) | show_times(runs)
    return report if hidden else report | show_openings(runs)


def make_systems(language: str, *, hidden: bool, rivals: bool = True) -> dict[str, System]:
    """Make what is compared, by name."""
    systems: dict[str, System] = {LEAD: run_lead}
    if not hidden:
        systems[PREPARED] = run_prepared_lead
    if rivals:
        systems |= {name: make_sumy(name, language) for name in ("textrank", "lexrank")}
    return systems | {OURS: run_ours}


def measure_all(options: argparse.Namespace) -> None:
    """Measure with the lead hidden, and kept in three ways, and publish the section."""
    began = time.monotonic()
    limit = 100 if options.quick else options.limit
    items = read_items(VALIDATION, limit)
    print(f"{VALIDATION.name}: {len(items)} articles, lead hidden")
    hidden = compare(items, make_systems("fr", hidden=True), "fr", hidden=True)
    kept = [
        measure_kept("lead kept", put_lead_back(items), "fr"),
        measure_kept(
            "lead kept, itself the reference", put_lead_back(items, score_lead=True), "fr"
        ),
    ]
    if FEEDS.exists():
        english = read_feed_items(FEEDS.iterdir(), "en", limit)
        kept.append(measure_kept("English feeds, lead kept", english, "en"))
    seconds = time.monotonic() - began
    publish(make_section(hidden, kept, articles=len(items), seconds=seconds), options.results)


def measure_kept(name: str, items: list[Item], language: str) -> Kept:
    """Measure ours beside both leads on texts that keep theirs."""
    print(f"\n{name}: {len(items)} articles")
    systems = make_systems(language, hidden=False, rivals=False)
    return Kept(name, len(items), compare(items, systems, language, hidden=False))


def main() -> None:
    """Run the comparison that the command line asks for."""
    parser = arguments(__doc__)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--language", choices=("fr", "en"), default="fr")
    lead = parser.add_mutually_exclusive_group()
    lead.add_argument("--lead-hidden", dest="hidden", action="store_true", default=True)
    lead.add_argument("--lead-kept", dest="hidden", action="store_false")
    parser.add_argument("--limit", type=int)
    parser.add_argument("--json", type=Path, help="write the figures there too")
    options = parser.parse_args()
    if options.data is None:
        if not VALIDATION.exists():
            sys.exit(f"{VALIDATION} is not here: name a file with --data.")
        measure_all(options)
        return
    items = read_items(options.data, 100 if options.quick else options.limit)
    state = "hidden" if options.hidden else "kept"
    print(f"{options.data.name}: {len(items)} articles, {options.language}, lead {state}")
    systems = make_systems(options.language, hidden=options.hidden)
    report = compare(items, systems, options.language, hidden=options.hidden)
    if options.json:
        options.json.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
