"""Discussions under trouble: people, moderators, faults and crashes in any order.

The machine is steered: publishing has a short way, edits and withdrawals prefer what is published,
or the faults that need a copy in a chat would never be met.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import (
    run_state_machine_as_test,
)

from tests.support.comment_notices import Broken
from tests.support.discussions.authors import AuthorSteps
from tests.support.discussions.moderators import ModeratorSteps
from tests.support.discussions.process import ProcessSteps
from tests.support.discussions.readers import ReaderSteps


class Discussions(AuthorSteps, ModeratorSteps, ReaderSteps, ProcessSteps):
    """All that people, moderators and the process do, in any order."""


def run_machine(
    examples: int, steps: int, *, derandomize: bool = False, shrink: bool = True
) -> None:
    """Run the machine with new steps each time, or always the same; raises what it finds first."""
    phases = [Phase.generate, Phase.shrink] if shrink else [Phase.generate]
    run_state_machine_as_test(
        Discussions,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=derandomize,
            database=None,
            phases=phases,
            suppress_health_check=list(HealthCheck),
            print_blob=False,
            report_multiple_bugs=False,
        ),
    )


def test_discussions_keep_their_promises() -> None:
    run_machine(examples=20, steps=30)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_discussions_keep_their_promises_for_long() -> None:
    run_machine(examples=1000, steps=40)


__all__ = ["Broken", "Discussions", "run_machine"]
