"""What was given up on: updates, messages and jobs, for a person to look at and try again.

Tried again is only what can do no harm late: no edit (it may be older than what stands there), no
answer to a press, no message of a comment (its discussion looks after it), no post to a reader who
paused.
"""

from dataclasses import dataclass
from typing import Literal, get_args

from storage.database import Transaction

ParkedKind = Literal["update", "message", "job"]
PARKED_KINDS: tuple[ParkedKind, ...] = get_args(ParkedKind)


@dataclass(frozen=True, slots=True)
class Parked:
    """One thing given up on; `what` is a message's method or a job's kind, `at` when it began."""

    kind: ParkedKind
    id: int
    chat_id: int | None
    what: str
    at: int
    reason: str
    can_retry: bool


_IS_SAFE = (
    "(method NOT LIKE 'edit%' AND method NOT LIKE 'answer%' AND comment_id IS NULL"
    " AND (lane < 5 OR EXISTS (SELECT 1 FROM subscribers s"
    "  WHERE s.chat_id = outbox.chat_id AND s.state = 'active')))"
)
_PARKED = (
    "SELECT 'update' AS kind, update_id AS id, nullif(chat_id, 0) AS chat_id, '' AS what,"
    "  received_at AS at, coalesce(error, '') AS reason, 1 AS can_retry"
    "  FROM inbox WHERE state = 2"
    " UNION ALL SELECT 'message', id, chat_id, method, coalesce(sent_ms, due_ms) / 1000,"
    f"  coalesce(error, ''), {_IS_SAFE} FROM outbox WHERE state = 4"
    " UNION ALL SELECT 'job', id, NULL, kind, created_at, coalesce(error, ''), 1"
    "  FROM jobs WHERE state = 2"
)


def find_kind(name: str) -> ParkedKind | None:
    """Give the kind of that name."""
    return next((kind for kind in PARKED_KINDS if kind == name), None)


async def list_parked(tx: Transaction, *, limit: int, offset: int = 0) -> list[Parked]:
    """Give what was given up on, the latest first."""
    rows = await tx.all(
        f"{_PARKED} ORDER BY at DESC, kind, id DESC LIMIT ? OFFSET ?", (limit, offset)
    )
    return [Parked(**{**dict(row), "can_retry": bool(row["can_retry"])}) for row in rows]


async def count_parked(tx: Transaction) -> int:
    """Count what was given up on."""
    return int(await tx.value(f"SELECT count(*) FROM ({_PARKED})"))


async def retry_parked(tx: Transaction, kind: ParkedKind, item_id: int, *, now_ms: int) -> bool:
    """Let one thing be tried anew; False where it is no longer there or would do harm."""
    return await _retry(tx, kind, now_ms, item_id) == 1


async def retry_all_parked(tx: Transaction, *, now_ms: int) -> int:
    """Let everything be tried anew that can be; gives how many."""
    return sum([await _retry(tx, kind, now_ms) for kind in PARKED_KINDS])


async def _retry(tx: Transaction, kind: ParkedKind, now_ms: int, item_id: int | None = None) -> int:
    """Let one or all of a kind wait again, with no failure counted against them."""
    again = "state = 0, attempts = 0, error = NULL"
    one = "(:id IS NULL OR {} = :id)"
    statement = {
        "update": f"UPDATE inbox SET {again} WHERE state = 2 AND {one.format('update_id')}",
        "message": f"UPDATE outbox SET {again}, due_ms = :now, floor_id = NULL, sent_ms = NULL"
        f" WHERE state = 4 AND {one.format('id')} AND {_IS_SAFE}",
        "job": f"UPDATE jobs SET {again}, due_ms = :now WHERE state = 2 AND {one.format('id')}",
    }[kind]
    return await tx.run(statement, {"id": item_id, "now": now_ms})
