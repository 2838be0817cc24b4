"""What benchmarks found is kept, judged against its goals, and rendered from all that is kept."""

from pathlib import Path

import pytest

from benchmarks.report import Figure, Section, publish


def _section(name: str, *figures: Figure) -> Section:
    return Section(name, f"About {name}", f"python -m benchmarks.{name}", "Measured.", figures)


@pytest.mark.parametrize(
    ("figure", "met"),
    [
        (Figure("rate", 29.8, at_least=29.8), True),
        (Figure("rate", 29.7, at_least=29.8), False),
        (Figure("wait", 400, at_most=400), True),
        (Figure("wait", 401, at_most=400), False),
        (Figure("wait", 5, at_least=1, at_most=4), False),
        (Figure("wait", "it did not end", at_most=4), False),
        (Figure("size", 5), None),
    ],
)
def test_a_figure_is_judged_against_its_goal(figure: Figure, met: bool | None) -> None:
    assert figure.met is met


def test_a_section_replaces_its_own_and_leaves_the_others(tmp_path: Path) -> None:
    results = tmp_path / "results"
    publish(_section("search", Figure("median", 12.5, "ms")), results)
    publish(_section("paid", Figure("rate", 500, "/s", at_least=980)), results)
    publish(_section("paid", Figure("rate", 991, "/s", at_least=980)), results)
    text = (tmp_path / "RESULTS.md").read_text()
    assert text.index("## About paid") < text.index("## About search")
    assert "| rate | **991 /s** | ≥ 980 ✓ |" in text
    assert "| median | **12.5 ms** |" in text
    assert "500" not in text


def test_a_missed_goal_and_what_others_gave_are_shown(tmp_path: Path) -> None:
    figure = Figure("wait", 80, "ms", at_most=50, beside={"peer": 160, "other": "not installed"})
    publish(_section("limited", figure), tmp_path / "results")
    row = "| wait | **80 ms** | ≤ 50 ✗ **missed** | 160 ms (2 ×) | not installed |"
    assert row in (tmp_path / "RESULTS.md").read_text()
