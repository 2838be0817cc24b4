"""What stands in readers' chats of a comment against what should: when to compare, what differs.

Nothing here changes a copy; comment_copies.py does.
"""

from dataclasses import dataclass

from storage.comment_copies import copy_of
from storage.comment_model import Copy
from storage.database import Transaction
from storage.model import Language, OutboxState

# Copies that anything can still be done about: not those that stayed in the group which their chat
# was before, nor those that Telegram took neither the deletion nor the notice of (o, r: the rows of
# the send and of the last change).
_IN_REACH = (
    "(o.state IS NOT 2 OR o.chat_id = c.chat_id) AND NOT (c.state = 'lost' AND r.state IS 4)"
)


@dataclass(frozen=True, slots=True)
class Due:
    """A comment whose copies have to be compared with what should be there."""

    comment_id: int
    due_ms: int
    shown: int | None


@dataclass(frozen=True, slots=True)
class PlacedCopy:
    """A copy, with what the outbox knows of its message."""

    copy: Copy
    outbox_state: OutboxState | None  # None where the row is gone
    sent_ms: int | None


@dataclass(frozen=True, slots=True)
class Recipient:
    """A chat that should get a copy, and the rows of earlier copies it may answer."""

    chat_id: int
    language: Language
    parent_row: int | None  # the chat's message of the comment that this one answers


async def find_due(tx: Transaction, *, now_ms: int) -> Due | None:
    """Give the comment that waits longest for a comparison."""
    row = await tx.one(
        "SELECT id, relay_due_ms, shown FROM comments WHERE relay_due_ms <= ?"
        " ORDER BY relay_due_ms, id LIMIT 1",
        (now_ms,),
    )
    return None if row is None else Due(*row)


async def find_due_of(tx: Transaction, comment_id: int, *, now_ms: int) -> Due | None:
    """Give one comment if its comparison is due."""
    row = await tx.one(
        "SELECT id, relay_due_ms, shown FROM comments WHERE id = ? AND relay_due_ms <= ?",
        (comment_id, now_ms),
    )
    return None if row is None else Due(*row)


async def next_due_ms(tx: Transaction) -> int | None:
    """Give when the next comparison is due; None when nothing waits."""
    value = await tx.value("SELECT min(relay_due_ms) FROM comments WHERE relay_due_ms IS NOT NULL")
    return None if value is None else int(value)


async def finish_comparison(tx: Transaction, due: Due, *, again_ms: int | None) -> bool:
    """End a comparison; the next is due at `again_ms` or when an undo window passes.

    False where the comment changed meanwhile: its next comparison is due already.
    """
    return (
        await tx.run(
            "UPDATE comments SET relay_due_ms = iif(undo IS NULL, :again,"
            " min(coalesce(:again, 9e15), json_extract(undo, '$.until_ms')))"
            " WHERE id = :id AND relay_due_ms = :due AND shown IS :shown",
            {"id": due.comment_id, "due": due.due_ms, "shown": due.shown, "again": again_ms},
        )
        == 1
    )


async def compare_lost_again(tx: Transaction, *, now_ms: int) -> int:
    """Let comments be compared whose copies were out of reach in chats that are back."""
    return await tx.run(
        "UPDATE comments SET relay_due_ms = min(coalesce(relay_due_ms, :now), :now) WHERE id IN"
        " (SELECT c.comment_id FROM comment_copies c JOIN subscribers s ON s.chat_id = c.chat_id"
        "  LEFT JOIN outbox o ON o.id = c.outbox_id LEFT JOIN outbox r ON r.id = c.change_id"
        f"  WHERE c.state = 'lost' AND s.state <> 'unreachable' AND {_IN_REACH})",
        {"now": now_ms},
    )


async def list_wrong_copies(
    tx: Transaction, comment_id: int, *, shown: int | None, after: int | None, limit: int
) -> list[PlacedCopy]:
    """Give copies that show something else than they should, in the order of the chats.

    A notice counts once the comment is shown again, a lost copy once its chat is back.
    """
    rows = await tx.all(
        "SELECT c.*, o.state AS outbox_state, o.sent_ms FROM comment_copies c"
        " LEFT JOIN outbox o ON o.id = c.outbox_id"
        " LEFT JOIN outbox r ON r.id = c.change_id"
        " LEFT JOIN subscribers s ON s.chat_id = c.chat_id"
        f" WHERE c.comment_id = :comment AND c.chat_id > :after AND {_IN_REACH}"
        " AND (c.state IN ('placed', 'rewording') AND c.revision IS NOT :shown"
        "  OR c.state = 'lost' AND s.state <> 'unreachable'"
        "  OR c.state = 'notice' AND :shown IS NOT NULL) ORDER BY c.chat_id LIMIT :limit",
        {"comment": comment_id, "shown": shown, "after": _after(after), "limit": limit},
    )
    return [
        PlacedCopy(
            copy_of(row),
            None if row["outbox_state"] is None else OutboxState(row["outbox_state"]),
            row["sent_ms"],
        )
        for row in rows
    ]


async def list_missing_recipients(
    tx: Transaction, comment_id: int, *, after: int | None, limit: int
) -> list[Recipient]:
    """Give the chats that should hold a shown comment and do not, in the order of their ids.

    Those are the active followers of the discussion from before it was first shown, without its
    author and without whoever muted the author.
    """
    rows = await tx.all(
        "SELECT f.chat_id, s.language, t.id AS parent_row FROM comments c"
        " JOIN discussion_follows f ON f.article_id = c.article_id"
        " JOIN subscribers s ON s.chat_id = f.chat_id AND s.state = 'active'"
        " LEFT JOIN comments p ON p.id = c.parent_id"
        " LEFT JOIN comment_copies pc ON pc.comment_id = p.id AND pc.chat_id = f.chat_id"
        "  AND pc.state IN ('placed', 'rewording')"
        # The parent's author has no copy, but the message that tells how it stands.
        " LEFT JOIN outbox t ON t.state IN (0, 1, 2, 3)"
        "  AND t.id = iif(p.author_id = f.chat_id, p.status_row, pc.outbox_id)"
        " LEFT JOIN comment_copies own ON own.comment_id = c.id AND own.chat_id = f.chat_id"
        " WHERE c.id = :comment AND c.shown IS NOT NULL AND f.chat_id > :after"
        " AND f.since_ms <= c.shown_ms AND f.chat_id <> c.author_id"
        " AND (own.state IS NULL OR own.state = 'gone')"
        " AND NOT EXISTS (SELECT 1 FROM comment_mutes m"
        "  WHERE m.chat_id = f.chat_id AND m.author_id = c.author_id)"
        " ORDER BY f.chat_id LIMIT :limit",
        {"comment": comment_id, "after": _after(after), "limit": limit},
    )
    return [Recipient(row["chat_id"], row["language"], row["parent_row"]) for row in rows]


def _after(cursor: int | None) -> int:
    return -(2**63) if cursor is None else cursor
