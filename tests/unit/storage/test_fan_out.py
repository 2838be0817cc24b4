"""An article's posts: who gets one, in which words, once."""

from storage.articles import find_article
from storage.database import Database, Transaction
from storage.fan_out import FanOut, fan_out
from storage.model import Spread
from tests.support.database import NOW, db, make_article, make_subscriber

__all__ = ["db"]

BODIES = {"fr": 71, "en": 72}


async def distribute(tx: Transaction, article_id: int, window: int = 5000) -> list[FanOut]:
    windows = []
    while not windows or not windows[-1].done:
        windows.append(
            await fan_out(tx, article_id, BODIES, now_ms=NOW * 1000, window=window)  # type: ignore[arg-type]
        )
    return windows


async def queued(tx: Transaction) -> list[tuple[int, int, int]]:
    rows = await tx.all("SELECT chat_id, article_id, body_id FROM outbox ORDER BY chat_id, id")
    return [tuple(row) for row in rows]


async def test_followers_get_the_body_of_their_language(db: Database) -> None:
    async with db.transaction() as tx:
        await make_subscriber(tx, 1, language="fr", follows=("5G",))
        await make_subscriber(tx, 2, language="en", follows=("5G",))
        await make_subscriber(tx, 3, follows=("Vélo",))
        await make_subscriber(tx, -100_500, kind="group", follows=("5G",))
        article = await make_article(tx, tags=("5G",))
        windows = await distribute(tx, article.id)
        assert await queued(tx) == [
            (-100_500, article.id, 71),
            (1, article.id, 71),
            (2, article.id, 72),
        ]
        assert windows == [FanOut(3, True)]
        again = await find_article(tx, article.id)
    assert again is not None
    assert again.spread is Spread.DISTRIBUTED
