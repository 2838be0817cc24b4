"""Faults put into the product on purpose, one by one, and what the stateful test caught each by.

    python -m benchmarks.seeded_faults [FAULT …] [--examples N] [--check]

Each runs in a process of its own, for up to N examples, after as many without a fault, which must
pass: what fails by itself would seem to catch anything. Exit code 1 when a fault survives.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.comment_faults import FAULTS

ROOT = Path(__file__).resolve().parents[1]
TEST = "tests/property/test_comments_stateful.py"
STEPS = 40
EXAMPLES = 600  # some faults take a rare order of steps


def main() -> int:
    """Apply every fault and print a table."""
    options = _options()
    if options.check:
        for fault in FAULTS.values():
            fault()
        return 0
    if options.apply is not None:
        return _run_here(options.apply, options.examples)
    caught, seconds = _run("", options.examples)
    if caught:
        print(f"{TEST} fails without a fault: {caught}")
        return 1
    print(f"Without a fault: clean, {options.examples} examples in {seconds:.0f} s")
    print(f"{'fault':32} {'s':>5}  what caught it in {TEST}")
    survived = 0
    for name in options.faults or FAULTS:
        caught, seconds = _run(name, options.examples)
        survived += not caught
        print(f"{name:32} {seconds:5.0f}  {caught[:150] or 'SURVIVED'}", flush=True)
    print(f"{len(options.faults or FAULTS)} faults, {survived} survived")
    return 1 if survived else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("faults", nargs="*", choices=[[], *FAULTS], metavar="FAULT")
    parser.add_argument("--examples", type=int, default=EXAMPLES)
    parser.add_argument("--check", action="store_true", help="only see that each finds its place")
    parser.add_argument("--apply", help=argparse.SUPPRESS)
    return parser.parse_args()


def _run(name: str, examples: int) -> tuple[str, float]:
    """Run the test in a process of its own; gives what it found, '' where nothing, and seconds."""
    began = time.monotonic()
    options = ["--apply", name, "--examples", str(examples)]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.seeded_faults", *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{name or 'the test'} did not run: {done.stderr[-2000:]}")
    return done.stdout.strip(), time.monotonic() - began


def _run_here(name: str, examples: int) -> int:
    """Apply a fault, or none, to this process and run the test; prints what it found."""
    from tests.property.test_comments_stateful import run_machine

    if name:
        FAULTS[name]()
    found = ""
    with _silence():
        try:
            run_machine(examples, STEPS, derandomize=True, shrink=False)
        except (AssertionError, sqlite3.IntegrityError) as error:
            found = f"{type(error).__name__}: {error}".splitlines()[0]
    print(found)
    return 0


@contextlib.contextmanager
def _silence() -> Iterator[Any]:
    """Keep Hypothesis's report of the failing steps out of the table."""
    with Path(os.devnull).open("w") as nothing, contextlib.redirect_stdout(nothing):
        yield


if __name__ == "__main__":
    sys.exit(main())
