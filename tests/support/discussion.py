"""A whole bot around discussions, in one thread of steps: real storage, real handlers, real relay.

Telegram is the strict model in memory. Time, sends, faults and crashes happen only when a test says
so: nothing runs by itself.
"""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from telegram import Bot, Update

from bot.clock import Clock
from bot.comments.desks import Desks
from bot.comments.relay import Relay
from bot.comments.upkeep import Upkeep
from bot.delivery.outcomes import Delivered, Outcome, Unknown, Wait
from bot.delivery.recording import Finished, Recorder
from bot.delivery.verdicts import Remedy, is_repeatable, judge, remedy
from handlers import routes
from handlers.comment_rules import CommentRules
from handlers.comment_settings import default_rules
from handlers.messages import Features
from handlers.texts import Catalogue
from handlers.turn import Setup, open_turn
from storage.articles import add_articles
from storage.database import Database
from storage.errors import Refusal
from storage.feeds import add_feed
from storage.inbox import add_updates, mark_handled
from storage.model import Draft, Lane, NewArticle, OutboxRow
from storage.outbox import enqueue
from storage.outbox_claims import Bodies, list_due, list_unknown, mark_sending, recover_sending
from storage.subscribers import add_subscriber
from tests.support.chat_model import ChatModel, Shown
from tests.support.database import NOW
from tests.support.discussions.people import MODERATORS, People

Fault = Literal["before", "after", "flood", "crash_before", "crash_after"]
TEXTS = Catalogue.load()


class Crashed(Exception):
    """The process was killed between two transactions."""


class NamedBot(Bot):
    """A bot that never calls Telegram; only its name is asked for."""

    @property
    def username(self) -> str:
        return "relais_bot"


@dataclass
class StillClock:
    """Time that a test moves."""

    now_ms: int = NOW * 1000

    def now(self) -> float:
        return self.now_ms / 1000

    def monotonic(self) -> float:
        return self.now_ms / 1000

    async def sleep(self, seconds: float) -> None:
        self.now_ms += round(seconds * 1000)


class Discussion(People):
    """The bot, the chats, and the hands of a test."""

    def __init__(self, db: Database, setup: Setup) -> None:
        self.db = db
        self.setup = setup
        self.clock = StillClock()
        self.chats = ChatModel()
        self.routes = routes(setup.features)
        self.updates = itertools.count(1)
        self.last_update: dict[str, Any] | None = None
        self.answers: list[tuple[int, str]] = []
        """What presses were answered: (chat, words)."""
        self.opened: list[str] = []
        """The addresses that these answers open, "" where none."""
        self.parked: list[tuple[str, str]] = []
        self.commits_left: int | None = None
        self.in_flight: tuple[OutboxRow, Outcome] | None = None
        self._bot = NamedBot("1:token")
        self._arrived: dict[int, int | None] = {}
        self.restart_relay()

    @classmethod
    async def open(
        cls,
        path: Path,
        *,
        undo_seconds: int = 60,
        rules: CommentRules | None = None,
        moderation_chat_id: int = MODERATORS,
        language: Literal["fr", "en"] = "en",
    ) -> Discussion:
        """Open an empty database and its bot."""
        setup = Setup(
            "relais_bot",
            default_language=language,
            moderation_chat_id=moderation_chat_id,
            features=Features(comments=True),
            comment_rules=rules or default_rules(),
            relay_undo_seconds=undo_seconds,
        )
        return cls(await Database.open(path, readers=1), setup)

    def restart_relay(self) -> None:
        """Forget what the relay had in memory."""
        clock: Clock = self.clock
        self.relay = Relay(Desks(self.db, self.setup, TEXTS, clock, self._committed))
        self.upkeep = Upkeep(Desks(self.db, self.setup, TEXTS, clock, lambda: None))

    @property
    def now_ms(self) -> int:
        """The time."""
        return self.clock.now_ms

    def advance(self, seconds: float) -> None:
        """Let time pass; nothing happens by itself."""
        self.clock.now_ms += round(seconds * 1000)

    # ------------------------------------------------------------ what is there at first

    async def publish(self, title: str = "Une antenne") -> int:
        """Store an article and give its id."""
        number = next(self.updates)
        article = NewArticle(
            key=f"k{number}",
            url=f"https://gazette.example/{number}",
            title=title,
            lead="Un chapeau.",
            body="Un corps.",
            author=None,
            published_at=NOW,
            image_url=None,
            section=None,
            language="fr",
            title_key=f"{title.lower()} {number}",
            content_hash=f"h{number}",
            tags=("5G",),
        )
        async with self.db.transaction() as tx:
            feed, _ = await add_feed(tx, "https://gazette.example/feed", now=NOW, title="Gazette")
            return (await add_articles(tx, feed.id, [article], now=NOW, backlog=True)).new[0]

    async def add_reader(self, reader: int, language: Literal["fr", "en"], name: str) -> None:
        """Let a reader be a subscriber of a week ago."""
        async with self.db.transaction() as tx:
            await add_subscriber(
                tx, reader, kind="private", language=language, name=name, now=NOW - 7 * 86_400
            )

    async def post(self, reader: int, article_id: int) -> Shown:
        """Let a reader have an article's post; gives the message."""
        async with self.db.transaction() as tx:
            payload: dict[str, object] = {"text": f"Article {article_id}"}
            draft = Draft(reader, Lane.POST, payload=payload, article_id=article_id)
            await enqueue(tx, draft, now_ms=self.now_ms)
        await self.deliver_all()
        return self.chats.standing(reader)[-1]

    # ------------------------------------------------------------ what arrives

    async def receive(self, content: dict[str, Any]) -> None:
        """Take an update in and handle it, as intake and dispatch do."""
        update = {"update_id": next(self.updates), **content}
        self.last_update = update
        async with self.db.transaction() as tx:
            raw = json.dumps(update)
            await add_updates(tx, [(update["update_id"], 0, raw)], now=self.now_ms // 1000)
        await self.handle(update)

    async def replay(self) -> None:
        """Let Telegram give the last update once more."""
        if self.last_update is not None:
            await self.handle(self.last_update)

    async def handle(self, update: dict[str, Any]) -> None:
        """Handle an update in one transaction, unless it was handled."""
        parsed = Update.de_json(update, self._bot)
        try:
            async with self.db.transaction() as tx:
                if await mark_handled(tx, update["update_id"]):
                    await self._run(tx, parsed)
        except Refusal as refusal:
            async with self.db.transaction() as tx:
                await mark_handled(tx, update["update_id"])
                turn = await self._open(tx, parsed)
                assert turn is not None
                await turn.refuse(refusal)
                await turn.finish()

    async def _run(self, tx: Any, update: Update) -> None:
        turn = await self._open(tx, update)
        if turn is None:
            return
        for route in self.routes:
            check = route.check_update(update)
            if check is not None and check is not False:
                await route.handle_update(update, None, check, turn)  # type: ignore[arg-type]
                await turn.finish()
                return

    async def _open(self, tx: Any, update: Update) -> Any:
        return await open_turn(tx, update, setup=self.setup, texts=TEXTS, now_ms=self.now_ms)

    # ------------------------------------------------------------ what the process does

    async def deliver(
        self,
        fault: Fault | None = None,
        lanes: tuple[Lane, ...] = tuple(Lane),
        *,
        hold: bool = False,
    ) -> bool:
        """Send the message that is next; False when none waits. A crash leaves it `sending`.

        With `hold` it stays under way, with its effect or without, until the next delivery.
        """
        await self.land()
        async with self.db.read() as tx:
            rows = await list_due(tx, Bodies(), lanes, now_ms=self.now_ms, limit=1)
        if not rows:
            return False
        row = min(rows, key=lambda one: (one.lane, one.due_ms, one.id))
        async with self.db.transaction() as tx:
            left = await mark_sending(tx, [row], floor_id=None, now_ms=self.now_ms)
        if row.id not in left:
            return True
        self.in_flight = (row, self._attempt(row, fault))
        if fault in ("crash_before", "crash_after"):
            await self.restart()
        elif not hold:
            await self.land()
        return True

    async def land(self) -> None:
        """Record what became of the message under way."""
        if self.in_flight is not None:
            (row, outcome), self.in_flight = self.in_flight, None
            await self._record(row, outcome)

    def _attempt(self, row: OutboxRow, fault: Fault | None) -> Outcome:
        """Call, and again without what Telegram did not take, as the gateway does."""
        self._arrived[row.id] = None
        if fault == "flood":
            return Wait(1.0, "flood")
        if fault in ("before", "crash_before"):
            return Wait(1.0, "server") if is_repeatable(row.method) else Unknown("no answer")
        parameters = dict(row.payload)
        answer = self.chats.call(row.method, row.chat_id, parameters, self.now_ms)
        if remedy(answer) is Remedy.REPLY:
            parameters.pop("reply_parameters", None)
            answer = self.chats.call(row.method, row.chat_id, parameters, self.now_ms)
        if row.method == "answerCallbackQuery":
            self.answers.append((row.chat_id, str(parameters.get("text", ""))))
            self.opened.append(str(parameters.get("url", "")))
        outcome = judge(row.method, answer)
        if isinstance(outcome, Delivered):
            self._arrived[row.id] = outcome.message_id
        if fault == "after":
            return Wait(1.0, "server") if is_repeatable(row.method) else Unknown("no answer")
        return outcome

    async def _record(self, row: OutboxRow, outcome: Outcome, *, settled: bool = False) -> None:
        async def on_parked(_: Any, parked: OutboxRow, reason: str) -> None:
            self.parked.append((parked.method, reason))

        again_ms = self.now_ms + 1000
        finished = Finished(row, outcome, self.now_ms, again_ms=again_ms, settled=settled)
        async with self.db.transaction() as tx:
            await Recorder(on_parked).record(tx, [finished], now_ms=self.now_ms)

    async def deliver_all(self) -> None:
        """Send all that is due."""
        while await self.deliver():
            pass

    async def deliver_answers(self) -> None:
        """Send the answers to presses only."""
        while await self.deliver(lanes=(Lane.ANSWER,)):
            pass

    async def restart(self) -> None:
        """Begin anew, as after a kill: only the tables are left."""
        self.in_flight = None
        self.restart_relay()
        async with self.db.transaction() as tx:
            await recover_sending(tx, is_repeatable)

    async def settle_unknown(self) -> None:
        """Find out what became of messages of unknown fate, as probing does."""
        await self.land()
        async with self.db.read() as tx:
            rows = await list_unknown(tx, Bodies())
        for row in rows:
            arrived = self._arrived.get(row.id)
            outcome = Wait(0.0, "server") if arrived is None else Delivered(arrived)
            await self._record(row, outcome, settled=True)

    async def step_relay(self, *, commits: int | None = None) -> bool:
        """Let the relay look at the comment that is due; it is killed after so many commits."""
        self.commits_left = commits
        try:
            return await self.relay.compare_next()
        except Crashed:
            await self.restart()
            return True
        finally:
            self.commits_left = None

    def _committed(self) -> None:
        if self.commits_left is not None:
            self.commits_left -= 1
            if self.commits_left < 0:
                raise Crashed

    def parked_for_good(self) -> list[tuple[str, str]]:
        """List what Telegram did not take, but for deletions: those have another way."""
        return [one for one in self.parked if one[0] != "deleteMessage"]

    async def settle(self) -> None:
        """Let everything come to rest, with no trouble on the way."""
        for _ in range(200):
            busy = False
            while await self.step_relay():
                busy = True
            while await self.deliver():
                busy = True
            async with self.db.read() as tx:
                unknown = await tx.value("SELECT count(*) FROM outbox WHERE state = 3")
                waiting = await tx.value("SELECT count(*) FROM outbox WHERE state IN (0, 1)")
                due = await tx.value("SELECT min(relay_due_ms) FROM comments")
            if unknown:
                await self.settle_unknown()
            elif not busy and not waiting and due is None:
                return
            self.advance(2 if due is None else max(2, min((due - self.now_ms) / 1000, 120)))
        raise AssertionError("it does not come to rest")


def with_rules(**fields: Any) -> CommentRules:
    """Make rules that differ from the defaults."""
    return replace(default_rules(), **fields)
