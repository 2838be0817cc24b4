"""How far comments went out or were taken back, and whether their authors still await it."""

from dataclasses import dataclass

from storage.database import Transaction

# A copy of a comment shown no longer, in the group that its chat was before.
_LEFT_BEHIND = (
    "(m.shown IS NULL AND c.state IN ('placed', 'lost') AND c.change_id IS NULL"
    " AND o.state IS 2 AND o.chat_id <> c.chat_id)"
)


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a comment went out, or was taken back again."""

    reached: int  # chats that hold it now
    under_way: int  # sends without an outcome yet
    unreachable: int
    removed: int
    lost: int  # could not be removed
    to_remove: int  # removed and lost ones included


async def is_counting(tx: Transaction, comment_id: int) -> bool:
    """Say whether a comment's author awaits final numbers."""
    return bool(await tx.value("SELECT counting FROM comments WHERE id = ?", (comment_id,)))


async def stop_counting(tx: Transaction, comment_id: int) -> None:
    """Note that a comment's final numbers were told."""
    await tx.run("UPDATE comments SET counting = 0 WHERE id = ?", (comment_id,))


async def get_reach(tx: Transaction, comment_id: int) -> Reach:
    """Count where a comment's copies stand."""
    row = await tx.one(
        "SELECT sum(c.state IN ('placed', 'rewording') AND o.state = 2) AS reached,"
        " sum(c.state IN ('placed', 'rewording') AND o.state IN (0, 1, 3)) AS under_way,"
        " sum(c.state = 'placed' AND (o.id IS NULL OR o.state IN (4, 5, 6))) AS unreachable,"
        " sum(c.state IN ('gone', 'notice') AND c.change_id IS NOT NULL) AS removed,"
        f" sum(c.state = 'lost' AND c.change_id IS NOT NULL OR {_LEFT_BEHIND}) AS lost,"
        f" sum(c.state <> 'rewording' AND c.change_id IS NOT NULL OR {_LEFT_BEHIND}) AS to_remove"
        " FROM comment_copies c JOIN comments m ON m.id = c.comment_id"
        " LEFT JOIN outbox o ON o.id = c.outbox_id WHERE c.comment_id = ?",
        (comment_id,),
    )
    assert row is not None
    return Reach(*(value or 0 for value in row))
