"""Steps of the stateful test of discussions: sends, faults, crashes and time."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import (
    rule,
)

from tests.support.comment_notices import ensure
from tests.support.discussion import Fault
from tests.support.discussions.stage import (
    DAY,
    Stage,
    faults,
)


class ProcessSteps(Stage):
    """Deliver, relay, crash, replay, wait."""

    @rule(fault=faults, count=st.integers(1, 4), hold=st.booleans())
    def deliver(self, fault: Fault | None, count: int, hold: bool) -> None:
        async def some() -> None:
            for _ in range(count):
                await self.world.deliver(fault, hold=hold)
            await self._look()

        self.do(some())

    @rule(commits=st.none() | st.integers(0, 4))
    def relay(self, commits: int | None) -> None:
        self.do(self.world.step_relay(commits=commits))

    @rule(kill=st.booleans())
    def settle_unknown(self, kill: bool) -> None:
        self.do(self.world.restart() if kill else self.world.settle_unknown())

    @rule()
    def replay(self) -> None:
        async def replay() -> None:
            before = await self._snapshot()
            await self.world.replay()
            ensure(await self._snapshot() == before, "I17 a replayed update changed something")

        self.do(replay())

    @rule(seconds=st.sampled_from([1, 30, 61, 600, 2 * DAY + 60, 31 * DAY]))
    def advance(self, seconds: int) -> None:
        async def pass_time() -> None:
            self.world.advance(seconds)
            await self.world.upkeep.tidy()
            await self._look()

        self.do(pass_time())

    @rule()
    def settle(self) -> None:
        self.do(self._settle())

    async def _snapshot(self) -> list[tuple[Any, ...]]:
        async with self.world.db.read() as tx:
            comments = await tx.all("SELECT * FROM comments")
            outbox = await tx.all("SELECT id FROM outbox")
        return [tuple(row) for row in (*comments, *outbox)]
