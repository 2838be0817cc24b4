"""Telling the operators of trouble, once: in the transaction in which it is noted."""

from handlers.messages import Message, to_payload
from handlers.notices import (
    FeedTrouble,
    render_feed_notice,
    render_parked_notice,
)
from handlers.texts import Catalogue
from storage.database import Database, Transaction
from storage.facts import clear_notice, record_notice
from storage.feeds import list_failing_feeds, list_feeds, list_silent_feeds
from storage.model import Draft, Feed, Lane, Language, OutboxRow
from storage.outbox import enqueue
from storage.parked import ParkedKind
from storage.subscribers import find_subscriber

DAY = 86_400
SILENT_DAYS = 14
FAILING_DAYS = 1


class Notifier:
    """Puts notices for every operator in the outbox."""

    def __init__(
        self, admin_ids: frozenset[int], texts: Catalogue, default_language: Language
    ) -> None:
        self._admin_ids = admin_ids
        self._texts = texts
        self._default_language = default_language

    async def tell_of_feed(
        self, tx: Transaction, kind: FeedTrouble, feed: Feed, *, now: int
    ) -> None:
        """Tell of a feed's trouble, once until it is over."""
        if await record_notice(tx, f"feed_{kind}", str(feed.id), now=now):
            for admin_id, language in await self._operators(tx):
                message = render_feed_notice(kind, feed, language, self._texts, now=now)
                await self._send(tx, admin_id, message, now)

    async def tell_of_parked(
        self, tx: Transaction, kind: ParkedKind, subject: int, reason: str, *, now: int
    ) -> None:
        """Tell of something given up on; one reason is told once a day, however often it comes."""
        if await record_notice(tx, f"parked_{kind}", f"{now // DAY}:{reason}", now=now):
            for admin_id, language in await self._operators(tx):
                message = render_parked_notice(kind, subject, reason, language, self._texts)
                await self._send(tx, admin_id, message, now)

    async def tell_of_parked_message(
        self, tx: Transaction, row: OutboxRow, reason: str, *, now: int
    ) -> None:
        """Tell of a message given up on, unless it was itself for an operator."""
        if row.chat_id not in self._admin_ids:
            await self.tell_of_parked(tx, "message", row.id, reason, now=now)

    async def _operators(self, tx: Transaction) -> list[tuple[int, Language]]:
        found = []
        for admin_id in sorted(self._admin_ids):
            subscriber = await find_subscriber(tx, admin_id)
            found.append((admin_id, subscriber.language if subscriber else self._default_language))
        return found

    async def _send(self, tx: Transaction, chat_id: int, message: Message, now: int) -> None:
        draft = Draft(chat_id, Lane.REPLY, payload=to_payload(message))
        await enqueue(tx, draft, now_ms=now * 1000)


class FeedWatch:
    """Looks for feeds that fail for long or fell silent, and for those that are well again."""

    def __init__(self, db: Database, notifier: Notifier) -> None:
        self._db = db
        self._notifier = notifier

    async def look(self, *, now: int) -> None:
        """Tell of each feed in trouble that was not told of, and forget what is over."""
        async with self._db.transaction() as tx:
            troubled: dict[FeedTrouble, list[Feed]] = {
                "failing": await list_failing_feeds(tx, before=now - FAILING_DAYS * DAY),
                "silent": await list_silent_feeds(tx, before=now - SILENT_DAYS * DAY),
            }
            everyone = await list_feeds(tx)
            for kind, feeds in troubled.items():
                for feed in feeds:
                    await self._notifier.tell_of_feed(tx, kind, feed, now=now)
                for feed in everyone:
                    if feed not in feeds:
                        await clear_notice(tx, f"feed_{kind}", str(feed.id))
