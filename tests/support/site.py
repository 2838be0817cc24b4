"""A whole site on this machine: a strict Telegram, a newsroom, and the product between them.

Telegram and the newsroom run in the test's own loop; the product is a process of its own and
knows them by address only.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.newsroom import Article, Newsroom, Publication
from sandbox.telegram import Chat, Limits, Message, Person, Press, Sent, TelegramServer
from storage.database import Database, Transaction
from storage.model import Language
from tests.support.database import make_subscriber
from tests.support.newsroom import make_article
from tests.support.process import Relais, relais_on

TOKEN = "123456:AAnobody-may-ever-see-this-one"
NOON = 1_700_000_000
ANSWER_SECONDS = 30.0
QUIET_SECONDS = 120.0


@dataclass(frozen=True)
class Site:
    """What a test of the whole may look at and act on."""

    telegram: TelegramServer
    newsroom: Newsroom
    relais: Relais

    def people(self, count: int, name: str = "Reader", language: str = "en") -> list[Person]:
        """Make accounts that the bot does not know."""
        return [self.telegram.person(f"{name} {n}", language) for n in range(count)]

    async def enrol(self, people: Iterable[Person], *tags: str) -> None:
        """Make people readers who follow tags, as if they had written long ago.

        Only while the product is not running.
        """
        people = list(people)
        for person in people:
            person.has_started = True
            self.telegram.world.seen.add(person.id)
        async with self.storage() as db, db.transaction() as tx:
            for person in people:
                await _enrol(tx, person, tags)

    @asynccontextmanager
    async def storage(self) -> AsyncIterator[Database]:
        """Open the product's database beside it."""
        db = await Database.open(self.relais.database, readers=1)
        try:
            yield db
        finally:
            await db.close()

    async def value(self, sql: str, *parameters: Any) -> Any:
        """Give one value of the database."""
        async with self.storage() as db, db.read() as tx:
            return await tx.value(sql, parameters)

    async def until_value(
        self, sql: str, holds: Callable[[Any], bool], timeout: float = QUIET_SECONDS
    ) -> None:
        """Wait until one value of the database, which another process writes, is as wanted."""
        async with self.storage() as db, asyncio.timeout(timeout):
            while True:
                async with db.read() as tx:
                    if holds(await tx.value(sql)):
                        return
                await asyncio.sleep(0.05)

    async def until_polled(self, *papers: str, times: int = 1) -> None:
        """Wait until each feed was asked so many times more, to the end of the answer."""
        wanted = {
            paper: len(self.newsroom.requests_to(self.newsroom.feed_url(paper))) + times
            for paper in papers or self.newsroom.publications
        }
        await self.newsroom.until(
            lambda: all(
                len(self.newsroom.requests_to(self.newsroom.feed_url(paper))) >= count
                for paper, count in wanted.items()
            ),
            timeout=60,
        )

    async def until_read(self) -> None:
        """Wait until what every feed held at first is stored: what follows will be sent."""
        unread = "SELECT count(*) FROM feeds WHERE backlog_at IS NULL"
        await self.until_value(unread, lambda count: count == 0)

    async def until_stored(self, articles: int) -> None:
        """Wait until so many articles are in the database."""
        await self.until_value("SELECT count(*) FROM articles", lambda count: count >= articles)

    def publish(self, article_id: str, **fields: Any) -> Article:
        """Publish a short article; every field can be overridden."""
        article = make_article(article_id, **fields)
        self.newsroom.publish(article)
        return article

    async def until(self, predicate: Callable[[], object], timeout: float = ANSWER_SECONDS) -> None:
        """Wait for something that Telegram sees; fails at once, with the log, when it ends."""
        seen = asyncio.create_task(self.telegram.wait_until(predicate, timeout))
        ended = asyncio.create_task(self.relais.life.ended())
        try:
            await asyncio.wait({seen, ended}, return_when=asyncio.FIRST_COMPLETED)
            assert seen.done(), "the product ended"
            seen.result()
        except AssertionError as error:
            raise AssertionError(f"{error}; the log ends with\n{self.log}") from None
        finally:
            for task in (seen, ended):
                task.cancel()
            await asyncio.gather(seen, ended, return_exceptions=True)

    async def ask(self, person: Person, text: str, chat: Chat | None = None) -> Message:
        """Say something and give the first message that the bot sends to that chat afterwards."""
        said = person.say(text, chat)
        return await self.answer_to(said)

    async def answer_to(self, said: Message) -> Message:
        """Wait for the first message of the bot after one, and give it."""

        def answers() -> list[Message]:
            after = said.message_id
            return [m for m in said.chat.messages if m.is_from_bot and m.message_id > after]

        await self.until(answers)
        return answers()[0]

    async def press(self, person: Person, message: Message, button: str) -> Press:
        """Press a button and wait for its answer; gives the press."""
        press = person.press(message, button)
        await self.until(lambda: press.answer)
        return press

    async def until_quiet(self, timeout: float = QUIET_SECONDS) -> None:
        """Wait until every update is handled and nothing waits to be sent."""
        async with self.storage() as db:
            deadline = time.monotonic() + timeout
            while (left := await _count_work(db)) or self.telegram.pending_updates:
                assert time.monotonic() < deadline, f"{left} still; the log ends with\n{self.log}"
                await asyncio.sleep(0.05)  # another process changes it: no bell rings here

    @property
    def log(self) -> str:
        """The last lines that the product wrote."""
        return "\n".join(self.relais.life.lines[-40:])

    def sends_of(self, article_id: str) -> list[Sent]:
        """List the posts of an article in the order in which the server took them."""
        url = self.newsroom.article_url(article_id)
        sends = (sent for sent in self.telegram.sent if sent.kind == "send")
        return [sent for sent in sends if url in str(sent.call.params.get("text"))]

    def posts_of(self, where: Person | Chat, article_id: str) -> list[Message]:
        """List the messages of the bot in a chat, deleted ones too, whose title leads there."""
        chat = where.chat if isinstance(where, Person) else where
        url = self.newsroom.article_url(article_id)
        return [m for m in chat.messages if m.is_from_bot and url in link_targets(m)]


@asynccontextmanager
async def site_in(
    folder: Path,
    *,
    papers: Sequence[str] | Sequence[Publication] = ("courrier",),
    limits: Limits | None = None,
    latency: float = 0.0,
    **settings: object,
) -> AsyncIterator[Site]:
    """Set a site up; the product is not started yet. `papers`: which of the newsroom's it reads."""
    made = [paper for paper in papers if isinstance(paper, Publication)]
    async with (
        TelegramServer(TOKEN, limits=limits or Limits.off(), latency=latency) as telegram,
        Newsroom(made or None) as newsroom,
    ):
        names = [paper.key if isinstance(paper, Publication) else paper for paper in papers]
        defaults = {
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "TELEGRAM_API_URL": telegram.url,
            "DATABASE_PATH": "relais.db",
            "FEED_URLS": " ".join(newsroom.feed_url(name) for name in names),
            "POLL_INTERVAL_SECONDS": 1,
            "ALLOW_PRIVATE_NETWORKS": "true",
        }
        async with relais_on(folder, {**defaults, **settings}) as relais:
            yield Site(telegram, newsroom, relais)


async def _enrol(tx: Transaction, person: Person, tags: Sequence[str]) -> None:
    language: Language = "fr" if person.user.language == "fr" else "en"
    await make_subscriber(
        tx, person.id, language=language, name=person.name, follows=tuple(tags), now=NOON
    )


def link_targets(message: Message) -> list[str]:
    """List where the linked words of a message lead."""
    return [entity["url"] for entity in message.entities if entity["type"] == "text_link"]


async def _count_work(db: Database) -> dict[str, int]:
    """Count what is not done yet, by kind."""
    kinds = {
        "updates": "SELECT count(*) FROM inbox WHERE state = 0",
        "messages": "SELECT count(*) FROM outbox WHERE state IN (0, 1, 3)",
        "articles": "SELECT count(*) FROM articles WHERE spread IN (1, 2)",
    }
    async with db.read() as tx:
        counts = {kind: await tx.value(sql) for kind, sql in kinds.items()}
    return {kind: count for kind, count in counts.items() if count}
