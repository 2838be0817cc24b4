"""Figures that long tests measure, printed together at the end of the run."""

from __future__ import annotations

import pytest

Figures = dict[str, object]
KEY = pytest.StashKey[Figures]()


@pytest.fixture
def figures(request: pytest.FixtureRequest) -> Figures:
    """What this run measured so far; what a test adds appears in the report."""
    return request.config.stash.setdefault(KEY, {})


def write_report(terminal: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Write the figures below the results."""
    found = config.stash.get(KEY, {})
    if not found:
        return
    terminal.section("figures")
    width = max(map(len, found))
    for name, value in found.items():
        terminal.line(f"{name:<{width}}  {value}")
