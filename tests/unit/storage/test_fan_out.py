"""An article's posts: who gets one, in which words, once."""

import random

import pytest

from storage.articles import find_article
from storage.database import Database, Transaction
from storage.fan_out import (
    LEAST_WINDOW,
    WINDOW,
    FanOut,
    fan_out,
    list_undistributed,
    next_window,
)
from storage.model import Article, Lane, Language, Spread
from storage.subscribers import set_subscriber_state
from storage.tags import set_alias, tag_articles
from tests.support.database import NOW, db, make_article, make_feed, make_subscriber, make_tag

__all__ = ["db"]

BODIES: dict[Language, int] = {"fr": 71, "en": 72}


async def distribute(tx: Transaction, article: Article, window: int = 5000) -> list[FanOut]:
    windows: list[FanOut] = []
    while not windows or not windows[-1].done:
        windows.append(await fan_out(tx, article.id, BODIES, now_ms=NOW * 1000, window=window))
    return windows


async def queued(tx: Transaction, article: Article) -> list[int]:
    rows = await tx.all(
        "SELECT chat_id FROM outbox WHERE article_id = ? ORDER BY chat_id", (article.id,)
    )
    return [row[0] for row in rows]


async def test_followers_get_the_body_of_their_language(db: Database) -> None:
    async with db.transaction() as tx:
        await make_subscriber(tx, 1, language="fr", follows=("5G",))
        await make_subscriber(tx, 2, language="en", follows=("5G",))
        await make_subscriber(tx, 3, follows=("Vélo",))
        await make_subscriber(tx, -100_500, kind="group", follows=("5G",))
        article = await make_article(tx, tags=("5G",))
        assert await distribute(tx, article) == [FanOut(3, True)]
        rows = await tx.all("SELECT * FROM outbox ORDER BY chat_id")
        assert [(row["chat_id"], row["body_id"]) for row in rows] == [
            (-100_500, 71),
            (1, 71),
            (2, 72),
        ]
        row = rows[0]
        assert (row["lane"], row["method"], row["due_ms"]) == (Lane.POST, "sendMessage", NOW * 1000)
        assert (row["article_id"], row["state"], row["payload"]) == (article.id, 0, None)
        again = await find_article(tx, article.id)
    assert again is not None
    assert again.spread is Spread.DISTRIBUTED


@pytest.mark.parametrize("state", ["paused", "unreachable"])
async def test_only_active_subscribers_get_posts(db: Database, state: str) -> None:
    async with db.transaction() as tx:
        await make_subscriber(tx, 1, follows=("5G",))
        await make_subscriber(tx, 2, follows=("5G",))
        await set_subscriber_state(tx, 1, state, now=NOW)  # type: ignore[arg-type]
        article = await make_article(tx, tags=("5G",))
        await distribute(tx, article)
        assert await queued(tx, article) == [2]


async def test_two_followed_tags_give_one_post_and_a_muted_one_gives_none(db: Database) -> None:
    async with db.transaction() as tx:
        await make_subscriber(tx, 1, follows=("5G", "Vélo"))
        await make_subscriber(tx, 2, follows=("5G",), mutes=("Vélo",))
        await make_subscriber(tx, 3, mutes=("5G",))
        article = await make_article(tx, tags=("5G", "Vélo"))
        await distribute(tx, article)
        assert await queued(tx, article) == [1]


async def test_backlog_and_distributed_articles_go_to_nobody(db: Database) -> None:
    async with db.transaction() as tx:
        await make_subscriber(tx, 1, follows=("5G",))
        old = await make_article(tx, "old", backlog=True, tags=("5G",))
        assert await distribute(tx, old) == [FanOut(0, True)]
        new = await make_article(tx, "new", tags=("5G",))
        await distribute(tx, new)
        await tx.run("DELETE FROM outbox")  # sent
        assert await distribute(tx, new) == [FanOut(0, True)]
        assert await fan_out(tx, 99, BODIES, now_ms=0) == FanOut(0, True)


async def test_an_article_without_tags_or_followers_is_distributed_at_once(db: Database) -> None:
    async with db.transaction() as tx:
        await make_subscriber(tx, 1, follows=("5G",))
        for tags in ((), ("Vélo",)):
            article = await make_article(tx, f"with {tags}", tags=tags)
            assert await distribute(tx, article) == [FanOut(0, True)]
        assert await list_undistributed(tx, limit=9) == []


async def test_undistributed_articles_come_oldest_first(db: Database) -> None:
    async with db.transaction() as tx:
        await make_subscriber(tx, 1, follows=("5G",))
        await make_subscriber(tx, 2, follows=("5G",))
        ids = [(await make_article(tx, str(n), tags=("5G",))).id for n in range(3)]
        await fan_out(tx, ids[0], BODIES, now_ms=0, window=1)
        assert await list_undistributed(tx, limit=9) == ids
        assert await list_undistributed(tx, limit=2) == ids[:2]


async def test_tags_found_on_the_page_match_until_the_article_is_distributed(db: Database) -> None:
    async with db.transaction() as tx:
        await make_subscriber(tx, 1, follows=("Vélo",))
        await make_subscriber(tx, 2, follows=("5G",))
        article = await make_article(tx, tags=())
        await tag_articles(tx, {article.id: ["Vélo"]})
        await distribute(tx, article)
        await tag_articles(tx, {article.id: ["5G"]})
        await distribute(tx, article)
        assert await queued(tx, article) == [1]


async def test_followers_of_an_alias_get_the_post(db: Database) -> None:
    async with db.transaction() as tx:
        await make_subscriber(tx, 1, follows=("IA",))
        target = await make_tag(tx, "Intelligence artificielle")
        await set_alias(tx, (await make_tag(tx, "IA")).id, target.id)
        article = await make_article(tx, tags=("I.A.",))
        await distribute(tx, article)
        assert await queued(tx, article) == [1]


async def test_a_story_reaches_a_reader_once(db: Database) -> None:
    async with db.transaction() as tx:
        for chat_id in (1, 2, 3):
            await make_subscriber(tx, chat_id, follows=("5G", "Vélo"))
        await make_subscriber(tx, 4, follows=("Vélo",))
        other = await make_feed(tx, "https://gazette.example/velo.xml")
        first = await make_article(tx, "1", url="https://gazette.example/x", tags=("5G",))
        await distribute(tx, first)
        # 1 has received it, 2 is still to, 3 lost it (blocked and back): it may have the second.
        await tx.run("DELETE FROM outbox WHERE chat_id IN (1, 3)")
        await tx.run(
            "INSERT INTO receipts (chat_id, message_id, article_id, sent_at) VALUES (1, 50, ?, ?)",
            (first.id, NOW),
        )
        second = await make_article(
            tx, "2", feed=other, url="https://gazette.example/x", title="Autre", tags=("Vélo",)
        )
        assert second.story_id == first.id
        await distribute(tx, second)
        assert await queued(tx, second) == [3, 4]


async def test_the_first_article_of_a_story_is_excluded_by_the_second_too(db: Database) -> None:
    async with db.transaction() as tx:
        await make_subscriber(tx, 1, follows=("5G",))
        await make_subscriber(tx, 2, follows=("5G", "Vélo"))
        other = await make_feed(tx, "https://gazette.example/velo.xml")
        first = await make_article(tx, "1", url="https://gazette.example/x", tags=("5G",))
        second = await make_article(
            tx, "2", feed=other, url="https://gazette.example/x", title="Autre", tags=("Vélo",)
        )
        await distribute(tx, second)
        await distribute(tx, first)
        assert await queued(tx, second) == [2]
        assert await queued(tx, first) == [1]


async def test_a_comments_copy_is_no_post_of_the_story(db: Database) -> None:
    async with db.transaction() as tx:
        await make_subscriber(tx, 1, follows=("Vélo",))
        other = await make_feed(tx, "https://gazette.example/velo.xml")
        first = await make_article(tx, "1", url="https://gazette.example/x", tags=())
        await tx.run(
            "INSERT INTO receipts (chat_id, message_id, article_id, comment_id, sent_at)"
            " VALUES (1, 50, ?, 9, ?)",
            (first.id, NOW),
        )
        second = await make_article(
            tx, "2", feed=other, url="https://gazette.example/x", tags=("Vélo",)
        )
        await distribute(tx, second)
        assert await queued(tx, second) == [1]


@pytest.mark.parametrize("window", [1, 3, 10, 100])
@pytest.mark.parametrize("seed", range(3))
async def test_windows_give_what_one_statement_would(db: Database, window: int, seed: int) -> None:
    chance = random.Random(seed)
    labels = ("A", "B", "C", "D")
    async with db.transaction() as tx:
        expected = []
        for chat_id in chance.sample(range(-100, 100), 60):
            # B's followers lie together, D has nearly none: shares run out in turn.
            followed = [
                label
                for label, odds in zip(labels, (0.5, chat_id > 40, 0.1, 0.02), strict=True)
                if chance.random() < odds
            ]
            mutes = ("A",) if chance.random() < 0.1 else ()
            followed = [label for label in followed if label not in mutes]
            await make_subscriber(tx, chat_id, follows=tuple(followed), mutes=mutes)
            if followed and not mutes:
                expected.append(chat_id)
        article = await make_article(tx, tags=labels)
        windows = await distribute(tx, article, window)
        assert await queued(tx, article) == sorted(expected)
    assert sum(window.rows for window in windows) == len(expected)
    # A tenth of a window, one row at least, is given to each tag beyond the window itself.
    assert max(w.rows for w in windows) <= window + 4 * max(1, window // 10)


async def test_a_crash_between_windows_neither_skips_nor_repeats(db: Database) -> None:
    async with db.transaction() as tx:
        for chat_id in range(1, 21):
            await make_subscriber(tx, chat_id, follows=("5G",))
        article = await make_article(tx, tags=("5G",))
    done = False
    attempt = 0
    while not done:
        attempt += 1
        try:
            async with db.transaction() as tx:
                window = await fan_out(tx, article.id, BODIES, now_ms=0, window=3)
                if attempt % 2:
                    raise ConnectionError  # as if the process died before the commit
            done = window.done
            async with db.transaction() as tx:
                await tx.run("DELETE FROM outbox WHERE id = (SELECT min(id) FROM outbox)")
                await tx.run("INSERT INTO facts VALUES (?, '')", (f"sent {attempt}",))
        except ConnectionError:
            continue
    async with db.read() as tx:
        sent = await tx.value("SELECT count(*) FROM facts")
        assert sent + len(await queued(tx, article)) == 20


def test_a_window_that_holds_the_writer_long_is_followed_by_a_smaller_one() -> None:
    assert next_window(WINDOW, 0.015) == WINDOW
    assert next_window(WINDOW, 0.001) == WINDOW  # never larger
    sizes = [WINDOW]
    while sizes[-1] > LEAST_WINDOW:
        sizes.append(next_window(sizes[-1], 0.03))
        assert sizes[-1] < sizes[-2]
    assert sizes[-1] == LEAST_WINDOW == next_window(LEAST_WINDOW, 9.0)
    assert next_window(LEAST_WINDOW, 0.005) == 2 * LEAST_WINDOW
