"""Discussions under trouble: people, moderators, faults and crashes in any order.

The machine is steered: publishing has a short way, edits and withdrawals prefer what is published,
or the faults that need a copy in a chat would never be met.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from handlers.callbacks import EraseMe
from handlers.comment_buttons import GiveReport, MuteAuthor, RejectFor, ReturnFor
from handlers.comment_rules import Rate
from storage.comment_people import join_moderators, set_trust
from storage.comment_threads import follow_discussion
from storage.model import Lane
from storage.subscribers import set_pseudonym
from tests.support.chat_model import Shown
from tests.support.comment_oracle import Broken, Oracle, ensure
from tests.support.discussion import ANNE, BASILE, MODERATORS, Discussion, Fault, with_rules

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
faults: st.SearchStrategy[Fault | None] = st.sampled_from(
    [None, None, None, "before", "after", "flood", "crash_before", "crash_after"]
)
picks = st.integers(0, 10_000)


class Discussions(RuleBasedStateMachine):
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

    # ------------------------------------------------------------ authors

    def _token(self, author: int) -> str:
        self.tokens += 1
        token = f"w{self.tokens:05d}"
        self.oracle.writers[token] = author
        return token

    @rule(author=st.sampled_from(AUTHORS), parent=st.none() | picks)
    def write(self, author: int, parent: int | None) -> None:
        self.do(self._write(author, parent))

    async def _write(self, author: int, parent: int | None) -> int | None:
        target: Shown | None = self.posts[author]
        if parent is not None:
            copies = [m for m in self.world.chats.standing(author) if _carries(m, "cmu:")]
            exact = [m for m in copies if _carries(m, "cmu:") == f"cmu:{parent}"]
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

    @rule()
    def trust_lina(self) -> None:
        async def trust() -> None:
            async with self.world.db.transaction() as tx:
                await set_trust(tx, LINA, "granted", ANNE, now_ms=self.world.now_ms)

        self.do(trust())

    @rule(author=st.sampled_from(AUTHORS))
    def publish(self, author: int) -> None:
        """Write, approve, and let it reach everybody: the short way."""
        self.do(self._publish(author))

    async def _publish(self, author: int, *, parent: int | None = None) -> int | None:
        comment_id = await self._write(author, parent)
        if comment_id is None:
            return None
        await self.world.deliver_all()
        await self._look()
        await self._press_card(comment_id, ANNE, "ma", stale=False)
        self.world.advance(61)
        while await self.world.step_relay():
            await self.world.deliver_all()
        await self.world.deliver_all()
        await self._look()
        return comment_id

    @rule(pick=picks, as_message=st.booleans())
    def edit(self, pick: int, as_message: bool) -> None:
        self.do(self._edit(pick, as_message))

    async def _edit(self, pick: int, as_message: bool) -> None:
        closed = pick % 5 == 0  # what is closed must stay so, whatever its author tries
        row = (
            await self._pick(pick, prefer="state = 'withdrawn'", among="1")
            if closed
            else await self._pick(pick, prefer="published IS NOT NULL")
        )
        if row is None:
            return
        author = self.oracle.known[row["id"]].author
        token = self._token(author)
        if as_message and row["source_id"]:
            await self.world.reword(author, row["source_id"], f"Mieux {token}")
        else:
            status = self._status(author, row["id"])
            if status is None:
                return
            prompt = await self._ask(author, status, f"ced:{row['id']}")
            if prompt is None:
                return
            await self.world.say(author, f"Mieux {token}", reply_to=prompt.message_id)
        await self._note_edit(row, token)

    @rule(author=st.sampled_from(AUTHORS), fault=faults)
    def edit_what_is_published(self, author: int, fault: Fault | None) -> None:
        self.do(self._edit_what_is_published(author, fault))

    async def _edit_what_is_published(self, author: int, fault: Fault | None) -> None:
        comment_id = await self._publish(author)
        if comment_id is None:
            return
        token, row = self._token(author), await self._row(comment_id)
        await self.world.reword(author, row["source_id"], f"Mieux {token}")
        await self._note_edit(row, token)
        await self.world.step_relay()
        await self.world.deliver(fault)

    async def _note_edit(self, before: Any, token: str) -> None:
        after = await self._row(before["id"])
        if after["revision"] > before["revision"]:
            known = self.oracle.known[before["id"]]
            self.oracle.note_edit(before["id"], token)
            if known.author == LINA:
                known.approved[token] = self.world.now_ms
        await self._look()

    @rule(author=st.sampled_from(AUTHORS), sent=st.integers(0, 3), fault=faults)
    def withdraw_in_mid_fan_out(self, author: int, sent: int, fault: Fault | None) -> None:
        self.do(self._withdraw_in_mid_fan_out(author, sent, fault))

    async def _withdraw_in_mid_fan_out(self, author: int, sent: int, fault: Fault | None) -> None:
        comment_id = await self._write(author, None)
        if comment_id is None:
            return
        await self.world.deliver_all()
        await self._look()
        await self._press_card(comment_id, ANNE, "ma")
        await self.world.deliver_all()
        self.world.advance(61)
        await self.world.step_relay()
        for _ in range(sent):
            await self.world.deliver(fault, lanes=(Lane.RELAY,))
        await self._check()  # what is not taken back yet may be sent
        await self._withdraw_known(comment_id)
        for _ in range(4):
            await self.world.deliver(fault)

    @rule(author=st.sampled_from(AUTHORS), days=st.sampled_from([0, 3]))
    def withdraw_what_was_answered(self, author: int, days: int) -> None:
        """Take away what somebody answered, while copies can be deleted or no more."""
        self.do(self._withdraw_what_was_answered(author, days))

    async def _withdraw_what_was_answered(self, author: int, days: int) -> None:
        parent = await self._publish(author)
        if parent is None:
            return
        await self._publish(ROB if author != ROB else LINA, parent=parent)
        self.world.advance(days * DAY)
        await self._withdraw_known(parent)

    async def _withdraw_known(self, comment_id: int) -> None:
        author = self.oracle.known[comment_id].author
        status = self._status(author, comment_id)
        if status is not None:
            await self.world.press(author, status, f"cwd:{comment_id}")
            await self._check()  # what is final is so from here on

    @rule(author=st.sampled_from(AUTHORS), fault=faults)
    def withdraw_while_an_edit_is_under_way(self, author: int, fault: Fault | None) -> None:
        """Take back an old comment whose newest wording is on its way at that moment."""
        self.do(self._withdraw_while_an_edit_is_under_way(author, fault))

    async def _withdraw_while_an_edit_is_under_way(self, author: int, fault: Fault | None) -> None:
        comment_id = await self._publish(author)
        if comment_id is None:
            return
        token, row = self._token(author), await self._row(comment_id)
        await self.world.reword(author, row["source_id"], f"Mieux {token}")
        await self._note_edit(row, token)
        self.world.advance(3 * DAY)
        await self.world.deliver_all()
        await self._look()
        await self._press_card(comment_id, ANNE, "ma")
        await self.world.deliver_all()
        self.world.advance(61)
        await self.world.step_relay()
        await self.world.deliver(fault, lanes=(Lane.RELAY,), hold=True)
        await self._check()
        await self._withdraw_known(comment_id)
        await self.world.step_relay()

    @rule(pick=picks, then_edit=st.booleans())
    def withdraw(self, pick: int, then_edit: bool) -> None:
        self.do(self._withdraw(pick, then_edit))

    async def _withdraw(self, pick: int, then_edit: bool) -> None:
        row = await self._pick(pick, prefer="published IS NOT NULL")
        if row is None:
            return
        await self._withdraw_known(row["id"])
        if then_edit and row["source_id"]:
            token = self._token(row["author_id"])
            await self.world.reword(row["author_id"], row["source_id"], f"Encore {token}")
            await self._note_edit(row, token)

    @rule(pick=picks)
    def appeal(self, pick: int) -> None:
        self.do(self._appeal(pick))

    async def _appeal(self, pick: int) -> None:
        row = await self._pick(pick, prefer="state = 'rejected'")
        if row is None:
            return
        author = self.oracle.known[row["id"]].author
        await self.world.deliver_all()
        status = self._status(author, row["id"])
        if status is None:
            return
        prompt = await self._ask(author, status, f"cap:{row['id']}")
        if prompt is not None:
            await self.world.say(author, "Si, si.", reply_to=prompt.message_id)
        await self._look()

    async def _ask(self, author: int, status: Shown, data: str) -> Shown | None:
        """Press a button that leads to a question; gives the question where there is one."""
        await self.world.deliver_all()
        last = self.world.chats.last_id
        await self.world.press(author, status, data)
        await self.world.deliver_all()
        prompts = [
            message
            for message in self.world.chats.standing(author)
            if message.is_prompt and message.message_id > last
        ]
        return prompts[-1] if prompts else None

    @precondition(lambda self: len(self.oracle.erased) == 0)
    @rule()
    def erase_zoe(self) -> None:
        self.do(self._erase(ZOE))

    async def _erase(self, person: int) -> None:
        await self.world.press(person, self.posts[person], EraseMe(True).pack())
        self.oracle.erased.add(person)
        self.oracle.note_wish(person)
        self.oracle.follows.discard(person)
        self.oracle.erased_tokens |= {
            token for k in self.oracle.known.values() if k.author == person for token in k.tokens
        }
        await self.world.settle()
        await self.world.db.checkpoint()
        self.oracle.check_erased(self.path)

    # ------------------------------------------------------------ moderators

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
        ids = await self._ids("state IN ('pending', 'appealed', 'approved')")
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

    # ------------------------------------------------------------ readers

    @rule(reader=st.sampled_from(READERS))
    def toggle_follow(self, reader: int) -> None:
        async def toggle() -> None:
            if reader in self.oracle.erased:
                return
            await self.world.press(reader, self.posts[reader], f"dis:{self.article}")
            self.oracle.follows ^= {reader}
            self.oracle.note_wish(reader)

        self.do(toggle())

    @rule(reader=st.sampled_from(READERS), pick=picks)
    def mute(self, reader: int, pick: int) -> None:
        self.do(self._mute(reader, pick))

    async def _mute(self, reader: int, pick: int) -> None:
        copies = [m for m in self.world.chats.standing(reader) if _carries(m, "cmu:")]
        if not copies or reader in self.oracle.erased:
            return
        copy = copies[pick % len(copies)]
        comment_id = int(_carries(copy, "cmu:").split(":")[1])
        row = await self._row(comment_id)
        await self.world.press(reader, copy, MuteAuthor(comment_id).pack())
        if row["author_id"] is not None:
            self.oracle.mutes ^= {(reader, row["author_id"])}
            self.oracle.note_wish(reader)

    @rule(author=st.sampled_from([ZOE, ROB]))
    def mute_and_go_on(self, author: int) -> None:
        """Mute an author who then writes again."""
        self.do(self._mute_and_go_on(author))

    async def _mute_and_go_on(self, author: int) -> None:
        comment_id = await self._publish(author)
        if comment_id is not None:
            for copy in self.world.chats.standing(PAUL):
                if _carries(copy, "cmu:") == f"cmu:{comment_id}":
                    await self.world.press(PAUL, copy, MuteAuthor(comment_id).pack())
                    self.oracle.mutes ^= {(PAUL, author)}
                    self.oracle.note_wish(PAUL)
            self.world.advance(2)
            await self._publish(author)

    @rule(reader=st.sampled_from(READERS), pick=picks, twice=st.booleans())
    def report(self, reader: int, pick: int, twice: bool) -> None:
        self.do(self._report(reader, pick, twice))

    async def _report(self, reader: int, pick: int, twice: bool) -> None:
        ids = await self._ids("shown IS NOT NULL")
        if not ids or reader in self.oracle.erased:
            return
        comment_id = ids[pick % len(ids)]
        self.oracle.reporters.setdefault(comment_id, set()).add(reader)
        for _ in range(1 + twice):
            await self.world.press(
                reader, self.posts[reader], GiveReport(comment_id, "spam").pack()
            )
        await self._look()

    @rule(reader=st.sampled_from(READERS), newest=st.booleans())
    def read_thread(self, reader: int, newest: bool) -> None:
        data = f"cth:{self.article}:0:{int(newest)}"
        self.do(self.world.press(reader, self.posts[reader], data))

    @rule(reader=st.sampled_from([ROB, PAUL]))
    def block_or_unblock(self, reader: int) -> None:
        self.do(self._block_or_unblock(reader))

    async def _block_or_unblock(self, reader: int) -> None:
        blocked = self.world.chats.blocked
        blocked ^= {reader}
        self.oracle.ever_blocked.add(reader)
        self.oracle.note_wish(reader)
        await self.world.block(reader, is_blocked=reader in blocked)
        if reader not in blocked:
            await self.world.upkeep.tidy()

    # ------------------------------------------------------------ the process and time

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

    async def _settle(self) -> None:
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

    # ------------------------------------------------------------ looking

    async def _look(self) -> None:
        """See the cards as moderators do: what they show now may be pressed later."""
        for message in self.world.chats.standing(MODERATORS):
            data = _carries(message, "ma:")
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

    async def _snapshot(self) -> list[tuple[Any, ...]]:
        async with self.world.db.read() as tx:
            comments = await tx.all("SELECT * FROM comments")
            outbox = await tx.all("SELECT id FROM outbox")
        return [tuple(row) for row in (*comments, *outbox)]


def _carries(message: Shown, prefix: str) -> str:
    """Give the first button's payload that begins so; '' where there is none."""
    for row in message.keyboard:
        for button in row:
            if button.get("callback_data", "").startswith(prefix):
                return button["callback_data"]
    return ""


def run_machine(
    examples: int, steps: int, *, derandomize: bool = True, shrink: bool = True
) -> None:
    """Run the machine; raises what it finds first."""
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
        ),
    )


def test_discussions_keep_their_promises() -> None:
    run_machine(examples=25, steps=30)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_discussions_keep_their_promises_for_long() -> None:
    run_machine(examples=1000, steps=40, derandomize=False)


__all__ = ["Broken", "Discussions", "run_machine"]
