"""The stage of the stateful test of discussions: one article, five readers, two moderators.

Here is what every kind of step needs: the world, the oracle, and the short ways that rules share.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
)

from handlers.comment_buttons import RejectFor, ReturnFor
from handlers.comment_rules import Rate
from storage.comment_people import join_moderators
from storage.comment_threads import follow_discussion
from storage.model import Lane
from storage.subscribers import set_pseudonym
from tests.support.chat_model import Shown
from tests.support.comment_notices import ensure
from tests.support.comment_oracle import Oracle
from tests.support.discussion import Discussion, Fault, with_rules
from tests.support.discussions.people import ANNE, BASILE, MODERATORS

ZOE, ROB, LINA, PAUL = 1001, 1002, 1003, 1004
READERS = (ZOE, ROB, LINA, PAUL, BASILE)  # Basile moderates and reads
AUTHORS = (ZOE, ZOE, ROB, LINA, BASILE)
RULES = with_rules(
    report_threshold=2.0,
    most_cards=3,
    trust_approved=10_000,  # only who is trusted by a moderator is
    reader_rate=Rate(9999, 600),
    article_rate=Rate(9999, 600),
    bot_rate=Rate(9999, 600),
)
DAY = 86_400
ALIVE = "state NOT IN ('withdrawn', 'expired')"
T = TypeVar("T")
troubles: st.SearchStrategy[Fault] = st.sampled_from(
    ["before", "after", "flood", "crash_before", "crash_after"]
)
faults: st.SearchStrategy[Fault | None] = st.none() | troubles
picks = st.integers(0, 10_000)


class Stage(RuleBasedStateMachine):
    """One article, five readers, two moderators."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        memory = Path("/dev/shm")
        self.folder = Path(tempfile.mkdtemp(dir=memory if memory.is_dir() else None))
        self.path = self.folder / "relais.db"
        self.tokens = 0
        self.cards: dict[int, list[tuple[int, str]]] = {}
        self.is_broken = False
        self.has_basile = True

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        try:
            return self.runner.run(work)
        except BaseException:
            self.is_broken = True
            raise

    @initialize()
    def begin(self) -> None:
        self.do(self._begin())

    async def _begin(self) -> None:
        self.world = await Discussion.open(self.path, rules=RULES)
        self.article = await self.world.publish()
        secrets = {reader: (f"Prénom{reader}", str(reader)) for reader in READERS}
        secrets[BASILE] = (str(BASILE),)
        self.oracle = Oracle(self.world, READERS, secrets)
        for reader in READERS:
            language = "fr" if reader % 2 else "en"
            await self.world.add_reader(reader, language, f"Prénom{reader}")
        async with self.world.db.transaction() as tx:
            for reader in READERS:
                await set_pseudonym(tx, reader, f"Pseudo{reader}".replace("0", "o"))
            await join_moderators(tx, ANNE, "Anne", now=self.world.now_ms // 1000)
            await join_moderators(tx, BASILE, "Basile", now=self.world.now_ms // 1000)
            for reader in (ROB, PAUL):
                await follow_discussion(tx, self.article, reader, now_ms=self.world.now_ms)
                self.oracle.follows.add(reader)
        self.posts = {reader: await self.world.post(reader, self.article) for reader in READERS}
        self.world.advance(2)

    def teardown(self) -> None:
        try:
            if hasattr(self, "world") and not self.is_broken:
                self.do(self._settle())
        finally:
            if hasattr(self, "world"):
                self.runner.run(self.world.db.close())
            self.runner.close()
            shutil.rmtree(self.folder)

    def _token(self, author: int) -> str:
        self.tokens += 1
        token = f"w{self.tokens:05d}"
        self.oracle.writers[token] = author
        return token

    async def _write(self, author: int, parent: int | None) -> int | None:
        target: Shown | None = self.posts[author]
        if parent is not None:
            copies = [m for m in self.world.chats.standing(author) if carries(m, "cmu:")]
            exact = [m for m in copies if carries(m, "cmu:") == f"cmu:{parent}"]
            copies = exact or copies
            target = copies[parent % len(copies)] if copies else target
        token = self._token(author)
        before = await self._last_comment()
        assert target is not None
        await self.world.say(author, f"Un avis {token}", reply_to=target.message_id)
        comment_id = await self._last_comment()
        if comment_id == before:
            return None
        known = self.oracle.note(comment_id, author, token)
        if author not in self.oracle.follows:
            self.oracle.follows.add(author)
            self.oracle.note_wish(author)
        if author == LINA:
            known.approved[token] = self.world.now_ms  # trusted once the machine said so
        await self._look()
        return comment_id

    async def _publish(
        self, author: int, *, parent: int | None = None, fault: Fault | None = None
    ) -> int | None:
        comment_id = await self._write(author, parent)
        if comment_id is None:
            return None
        await self._bring_card(comment_id)
        await self._press_card(comment_id, ANNE, "ma", stale=False)
        self.world.advance(61)
        if fault is not None:
            await self._relay_all()
            await self.world.deliver(fault, lanes=(Lane.RELAY,))
        while await self.world.step_relay():
            await self.world.deliver_all()
        await self.world.deliver_all()
        await self._look()
        return comment_id

    async def _note_edit(self, before: Any, token: str) -> None:
        after = await self._row(before["id"])
        if after["revision"] > before["revision"]:
            known = self.oracle.known[before["id"]]
            self.oracle.note_edit(before["id"], token)
            if known.author == LINA:
                known.approved[token] = self.world.now_ms
        await self._look()

    async def _withdraw_known(self, comment_id: int) -> None:
        author = self.oracle.known[comment_id].author
        status = self._status(author, comment_id)
        if status is not None:
            await self.world.press(author, status, f"cwd:{comment_id}")
            await self._check()  # what is final is so from here on

    async def _relay_all(self) -> None:
        """Let the relay look at every comment that is due, and send nothing yet."""
        while await self.world.step_relay():
            pass

    async def _bring_card(self, comment_id: int) -> None:
        """Ask for the cards that are rolled up until that comment has one."""
        for _ in range(20):
            await self.world.deliver_all()
            await self._look()
            rollups = [m for m in self.world.chats.standing(MODERATORS) if carries(m, "mn")]
            if self._card(comment_id) is not None or not rollups:
                return
            await self.world.press(ANNE, rollups[-1], carries(rollups[-1], "mn"))

    async def _press_card(
        self,
        comment_id: int,
        who: int,
        act: str,
        *,
        stale: bool = False,
        seen: tuple[int, str] | None = None,
    ) -> str:
        """Press a button of a card as it is, or as it was shown earlier; gives the answer."""
        if comment_id not in self.cards:
            return ""
        version, text = seen or self.cards[comment_id][0 if stale else -1]
        card = self._card(comment_id)
        if card is None:
            return ""
        data = {
            "ma": f"ma:{comment_id}:{version}",
            "reject": RejectFor(comment_id, version, False, "insult").pack(),
            "reject_all": RejectFor(comment_id, version, True, "spam").pack(),
            "return": ReturnFor(comment_id, version, "off_topic").pack(),
            "undo": f"mu:{comment_id}:{version}",
            "keep": f"mk:{comment_id}:{version}",
        }[act]
        before = await self._row(comment_id)
        told = await self.world.press(who, card, data)
        after = await self._row(comment_id)
        if act == "ma" and after["version"] != before["version"]:
            self.oracle.note_approval(comment_id, text)
        await self._look()
        return told

    async def _settle(self) -> None:
        await self.world.settle()
        await self.world.upkeep.tidy()  # as the bell does
        await self.world.settle()
        await self._check()
        await self.oracle.check_settled()
        ensure(not self.world.parked_for_good(), f"parked: {self.world.parked_for_good()}")

    async def _check(self) -> None:
        await self.oracle.check_step()

    def check_invariants(self, *args: Any, **more: Any) -> None:
        super().check_invariants(*args, **more)
        if hasattr(self, "world") and not self.is_broken:
            self.do(self._check())

    async def _look(self) -> None:
        """See the cards as moderators do: what they show now may be pressed later."""
        for message in self.world.chats.standing(MODERATORS):
            data = carries(message, "ma:")
            if data:
                _, comment_id, version = data.split(":")
                seen = (int(version), message.text)
                cards = self.cards.setdefault(int(comment_id), [])
                if seen not in cards:
                    cards.append(seen)

    def _card(self, comment_id: int) -> Shown | None:
        """Give the message that carries buttons about a comment."""
        for message in reversed(self.world.chats.standing(MODERATORS)):
            for row in message.keyboard:
                for button in row:
                    fields = button.get("callback_data", "").split(":")
                    if fields[0].startswith("m") and fields[1:2] == [str(comment_id)]:
                        return message
        return None

    def _status(self, author: int, comment_id: int) -> Shown | None:
        for message in reversed(self.world.chats.standing(author)):
            if any(
                button.get("callback_data") in (f"cwd:{comment_id}", f"cap:{comment_id}")
                for row in message.keyboard
                for button in row
            ):
                return message
        return None

    async def _row(self, comment_id: int) -> Any:
        async with self.world.db.read() as tx:
            return await tx.one("SELECT * FROM comments WHERE id = ?", (comment_id,))

    async def _last_comment(self) -> int:
        async with self.world.db.read() as tx:
            return int(await tx.value("SELECT coalesce(max(id), 0) FROM comments"))

    async def _ids(self, condition: str) -> list[int]:
        async with self.world.db.read() as tx:
            rows = await tx.all(f"SELECT id FROM comments WHERE {condition} ORDER BY id")
        return [row["id"] for row in rows]

    async def _pick(self, pick: int, *, prefer: str, among: str = ALIVE) -> Any:
        """Pick a comment of some, three times of four one that is preferred."""
        among = f"author_id IS NOT NULL AND {among}"
        ids = await self._ids(f"{among} AND {prefer}") if pick % 4 else []
        ids = ids or await self._ids(among)
        return await self._row(ids[pick % len(ids)]) if ids else None


def carries(message: Shown, prefix: str) -> str:
    """Give the first button's payload that begins so; '' where there is none."""
    for row in message.keyboard:
        for button in row:
            if button.get("callback_data", "").startswith(prefix):
                return button["callback_data"]
    return ""
