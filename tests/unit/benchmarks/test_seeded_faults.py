"""The list of seeded faults keeps up with the code: each finds the place that it is to spoil."""

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.comment_faults import FAULTS
from benchmarks.fault_patches import put, replace_in_sql

ROOT = Path(__file__).resolve().parents[3]


def test_every_fault_finds_its_place() -> None:
    # In a process of its own, which it spoils.
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.seeded_faults", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert len(FAULTS) >= 12


def test_a_fault_without_a_place_is_told() -> None:
    with pytest.raises(LookupError):
        replace_in_sql("no such words in any statement", "1")
    with pytest.raises(LookupError):
        put(sys, "no_such_name", None)
