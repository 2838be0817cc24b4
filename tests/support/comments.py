"""Makers of comments on a real database, for tests."""

from storage.comment_copies import copy_of, place_copy
from storage.comment_decisions import approve, go_live
from storage.comment_model import Comment, Copy, Hold, NewComment, Wording
from storage.comment_people import join_moderators
from storage.comment_threads import follow_discussion
from storage.comment_writing import submit
from storage.comments import find_comment
from storage.database import Transaction
from storage.model import Draft, Lane
from storage.outbox import enqueue
from storage.outbox_outcomes import record_delivered
from tests.support.database import NOW, make_article, make_subscriber

NOW_MS = NOW * 1000
SOON = NOW_MS + 60_000  # when an approval given now can be undone no more
ANNE, BASILE = 501, 502  # moderators
ZOE, ROB, LINA = 1001, 1002, 1003  # readers


async def make_newsdesk(tx: Transaction) -> int:
    """Store an article, three readers and two moderators; gives the article's id."""
    article = await make_article(tx)
    await make_subscriber(tx, ZOE, language="fr", name="Zoé")
    await make_subscriber(tx, ROB, language="en", name="Rob")
    await make_subscriber(tx, LINA, language="fr", name="Lina")
    await join_moderators(tx, ANNE, "Anne", now=NOW)
    await join_moderators(tx, BASILE, "Basile", now=NOW)
    return article.id


def wording(text: str = "Bien dit.", name: str = "Zoé") -> Wording:
    """Make a wording; texts that differ have different keys."""
    return Wording(name, text, (), text)


async def make_comment(
    tx: Transaction,
    article_id: int,
    *,
    author: int = ZOE,
    text: str = "Bien dit.",
    parent: int | None = None,
    source: int | None = None,
    now_ms: int = NOW_MS,
) -> Comment:
    """Submit a comment whose author follows the discussion; it waits for a moderator."""
    await follow_discussion(tx, article_id, author, now_ms=now_ms)
    new = NewComment(article_id, author, parent, wording(text), (Hold("everyone"),), source)
    return await submit(tx, new, now_ms=now_ms)


async def make_shown(tx: Transaction, article_id: int, **fields: object) -> Comment:
    """Submit a comment, approve it and let it reach readers."""
    comment = await make_comment(tx, article_id, **fields)  # type: ignore[arg-type]
    await approve(tx, comment.id, comment.version, ANNE, due_ms=NOW_MS, now_ms=NOW_MS)
    await go_live(tx, comment.id, now_ms=NOW_MS)
    return await reload(tx, comment)


async def approve_it(
    tx: Transaction, comment: Comment, who: int = ANNE, due: int = SOON
) -> Comment:
    """Approve what waits; readers see it from `due` on."""
    change = await approve(tx, comment.id, comment.version, who, due_ms=due, now_ms=NOW_MS)
    assert change is not None
    return change.comment


async def put_copy(
    tx: Transaction, comment: Comment, chat_id: int, *, message_id: int | None = None
) -> int:
    """Place a copy of a comment in a chat, arrived where a message id is given; gives its row."""
    payload: dict[str, object] = {"text": "Bien dit."}
    draft = Draft(chat_id, Lane.RELAY, payload=payload, comment_id=comment.id, tracked=True)
    row = await enqueue(tx, draft, now_ms=NOW_MS)
    await place_copy(tx, comment.id, chat_id, outbox_id=row, revision=1, variant="fr")
    if message_id is not None:
        await record_delivered(tx, [(row, message_id)], now_ms=NOW_MS)
    return row


async def get_copy(tx: Transaction, comment: Comment, chat_id: int) -> Copy:
    """Give what is known of a copy that is there."""
    row = await tx.one(
        "SELECT * FROM comment_copies WHERE comment_id = ? AND chat_id = ?", (comment.id, chat_id)
    )
    return copy_of(row)


async def reload(tx: Transaction, comment: Comment) -> Comment:
    """Read a comment again."""
    found = await find_comment(tx, comment.id)
    assert found is not None
    return found
