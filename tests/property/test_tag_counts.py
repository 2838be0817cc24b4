"""The counts that triggers keep are those that counting gives, whatever happens."""

import asyncio
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from storage.database import Database, Transaction
from storage.subscribers import follow_tag, move_subscriber, mute_tag, unfollow_tag
from storage.tags import set_alias, tag_articles
from tests.support.database import NOW, make_article, make_empty_file, make_subscriber, make_tag

LABELS = ("A", "B", "C", "D")
CHATS = (1, 2, 3, -7, -8)
acts = st.lists(
    st.tuples(
        st.sampled_from(["follow", "mute", "unfollow", "alias", "tag", "move", "erase", "article"]),
        st.integers(0, len(LABELS) - 1),
        st.integers(0, len(CHATS) - 1),
    ),
    max_size=25,
)


async def act(tx: Transaction, kind: str, tag: int, chat: int, number: int) -> None:
    tag_id, chat_id = tag + 1, CHATS[chat]
    if kind in ("follow", "mute"):
        await make_subscriber(tx, chat_id)
        await (follow_tag if kind == "follow" else mute_tag)(tx, chat_id, tag_id, now=NOW)
    elif kind == "unfollow":
        await unfollow_tag(tx, chat_id, tag_id)
    elif kind == "alias":
        other = chat % len(LABELS) + 1
        target = await tx.value("SELECT coalesce(alias_of, id) FROM tags WHERE id = ?", (other,))
        if target != tag_id:
            await set_alias(tx, tag_id, other)
    elif kind == "tag":
        await tag_articles(tx, {1: [LABELS[tag]]})
    elif kind == "move":
        await move_subscriber(tx, chat_id, CHATS[tag])
    elif kind == "erase":
        await tx.run("DELETE FROM subscribers WHERE chat_id = ?", (chat_id,))
    else:
        labels = (LABELS[tag], LABELS[chat % len(LABELS)].lower())
        await make_article(tx, f"x{number}", tags=labels, published_at=NOW + chat)


async def check(tx: Transaction) -> None:
    rows = await tx.all(
        "SELECT articles, followers, alias_of,"
        " (SELECT count(*) FROM article_tags WHERE tag_id = t.id) AS real_articles,"
        " (SELECT count(*) FROM subscriptions WHERE tag_id = t.id AND muted = 0) AS real_followers,"
        " (SELECT count(*) FROM subscriptions WHERE tag_id = t.id AND muted = 1) AS mutes,"
        " (SELECT alias_of FROM tags a WHERE a.id = t.alias_of) AS second_alias FROM tags t"
    )
    for row in rows:
        assert (row["articles"], row["followers"]) == (row["real_articles"], row["real_followers"])
        assert row["second_alias"] is None
        if row["alias_of"] is not None:
            assert (row["articles"], row["followers"], row["mutes"]) == (0, 0, 0)


async def play(path: Path, plan: list[tuple[str, int, int]]) -> None:
    db = await Database.open(make_empty_file(path), readers=1)
    try:
        async with db.transaction() as tx:
            for label in LABELS:
                await make_tag(tx, label)
            await make_article(tx, tags=("A",))
            for number, (kind, tag, chat) in enumerate(plan):
                await act(tx, kind, tag, chat, number)
                await check(tx)
    finally:
        await db.close()


@settings(max_examples=60, deadline=None)
@given(acts)
def test_counts_agree_with_counting(plan: list[tuple[str, int, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(play(Path(folder) / "relais.db", plan))
