"""Steps of the stateful test of discussions: what moderators do, with right and without."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import (
    rule,
)

from tests.support.comment_notices import ensure
from tests.support.discussions.people import ANNE, BASILE, MODERATORS
from tests.support.discussions.stage import (
    AUTHORS,
    DAY,
    PAUL,
    ROB,
    ZOE,
    Stage,
    picks,
)


class ModeratorSteps(Stage):
    """Decide, undo, ban; press where it must not count."""

    @rule(
        pick=picks,
        who=st.sampled_from([ANNE, ANNE, BASILE]),
        act=st.sampled_from(["ma", "ma", "reject", "return", "reject_all"]),
        stale=st.booleans(),
    )
    def decide(self, pick: int, who: int, act: str, stale: bool) -> None:
        self.do(self._decide(pick, who, act, stale))

    async def _decide(self, pick: int, who: int, act: str, stale: bool) -> None:
        await self._look()
        ids = sorted(self.cards)
        if ids:
            await self._press_card(ids[pick % len(ids)], who, act, stale=stale)

    @rule(author=st.sampled_from(AUTHORS))
    def approve_what_was_edited(self, author: int) -> None:
        """Press on a card that shows a wording which is the newest no more."""
        self.do(self._approve_what_was_edited(author))

    async def _approve_what_was_edited(self, author: int) -> None:
        comment_id = await self._write(author, None)
        if comment_id is None:
            return
        await self.world.deliver_all()
        await self._look()
        row, token = await self._row(comment_id), self._token(author)
        if comment_id not in self.cards:
            return
        seen = self.cards[comment_id][-1]
        await self.world.reword(author, row["source_id"], f"Pire {token}")
        await self._note_edit(row, token)
        await self._press_card(comment_id, ANNE, "ma", seen=seen)

    @rule(act=st.sampled_from(["ma", "reject", "return"]))
    def decide_on_own(self, act: str) -> None:
        """Let a moderator write, and press on the own comment."""
        self.do(self._decide_on_own(act))

    async def _decide_on_own(self, act: str) -> None:
        comment_id = await self._write(BASILE, None)
        await self.world.deliver_all()
        await self._look()
        if comment_id is not None:
            await self._press_card(comment_id, BASILE, act)

    @rule(
        pick=picks,
        first=st.sampled_from(["ma", "reject"]),
        second=st.sampled_from(["ma", "reject"]),
    )
    def race(self, pick: int, first: str, second: str) -> None:
        """Two moderators press on what both see."""
        self.do(self._race(pick, first, second))

    async def _race(self, pick: int, first: str, second: str) -> None:
        await self.world.deliver_all()
        await self._look()
        waiting = await self._ids("state IN ('pending', 'appealed') AND card_row IS NOT NULL")
        waiting = [comment_id for comment_id in waiting if comment_id in self.cards]
        if not waiting or not self.has_basile:
            return
        comment_id = waiting[pick % len(waiting)]
        seen = self.cards[comment_id][-1]
        before = await self._row(comment_id)
        await self._press_card(comment_id, ANNE, first, seen=seen)
        after = await self._row(comment_id)
        told = await self._press_card(comment_id, BASILE, second, seen=seen)
        if after["version"] > before["version"]:
            ensure((await self._row(comment_id))["version"] == after["version"], "I3 both won")
            is_own = self.oracle.known[comment_id].author == BASILE
            ensure(is_own or "Anne" in told, f"I3 the loser was told {told!r}")

    @rule(pick=picks, who=st.sampled_from([ANNE, BASILE]))
    def undo(self, pick: int, who: int) -> None:
        self.do(self._on_some(pick, "undo IS NOT NULL", who, "undo"))

    @rule(pick=picks)
    def keep(self, pick: int) -> None:
        condition = "id IN (SELECT comment_id FROM comment_reports WHERE outcome IS NULL)"
        self.do(self._on_some(pick, condition, ANNE, "keep"))

    async def _on_some(self, pick: int, condition: str, who: int, act: str) -> None:
        ids = await self._ids(condition)
        if ids:
            comment_id = ids[pick % len(ids)]
            row = await self._row(comment_id)
            await self._press_card(comment_id, who, act, seen=(row["version"], ""))

    @rule(pick=picks, remove=st.booleans(), hours=st.sampled_from([0, 1]))
    def ban(self, pick: int, remove: bool, hours: int) -> None:
        self.do(self._command(pick, f"/ban {{}} {hours or ''} {'remove' if remove else ''}"))

    @rule(pick=picks)
    def unban(self, pick: int) -> None:
        self.do(self._command(pick, "/unban {}"))

    async def _command(self, pick: int, text: str) -> None:
        ids = await self._ids("author_id IS NOT NULL")
        if ids:
            words = text.format(ids[pick % len(ids)])
            await self.world.say(ANNE, words.strip(), chat=MODERATORS)

    @rule(days=st.sampled_from([0, 3]))
    def raid(self, days: int) -> None:
        """Let more comments wait than there are cards, and then none."""
        self.do(self._raid(days))

    async def _raid(self, days: int) -> None:
        written = [await self._write(author, None) for author in (ZOE, ROB, BASILE, ZOE, ROB)]
        await self.world.deliver_all()
        self.world.advance(days * DAY)
        for comment_id in written:
            if comment_id is not None:
                await self._withdraw_known(comment_id)

    @rule(back=st.booleans())
    def basile_leaves(self, back: bool) -> None:
        self.has_basile = back
        self.do(self.world.leave(BASILE, back=back))

    @rule(pick=picks, place=st.sampled_from(["reader", "elsewhere", "left"]))
    def press_without_right(self, pick: int, place: str) -> None:
        """Press a moderator's button from where it must not count."""
        self.do(self._press_without_right(pick, place))

    async def _press_without_right(self, pick: int, place: str) -> None:
        await self._look()
        ids = await self._ids("state IN ('pending', 'appealed')")
        ids = ids or await self._ids("state = 'approved'")
        if not ids:
            return
        comment_id = ids[pick % len(ids)]
        before = await self._row(comment_id)
        data = [
            f"ma:{comment_id}:{before['version']}",
            f"mrr:{comment_id}:{before['version']}:1:spam",
        ]
        who = {"reader": PAUL, "elsewhere": ANNE, "left": 599}[place]
        message = self.posts[PAUL]
        if place == "left":
            await self.world.leave(599)
            card = self._card(comment_id)
            if card is None:
                return
            message = card
        for button in data:
            await self.world.press(who, message, button)
        after = await self._row(comment_id)
        ensure(tuple(after) == tuple(before), f"I17 a press from {place} changed {comment_id}")
