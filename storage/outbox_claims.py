"""The sender's side of the outbox: what is due, what is about to leave, what was left unsettled.

A row is marked `sending` in a transaction of its own just before its request leaves, so that
whatever is `sending` after a crash is exactly what may have arrived without our knowing.
"""

import json
import sqlite3
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

from storage.database import Transaction
from storage.model import Lane, OutboxRow, OutboxState
from storage.outbox import drop_rows

_COLUMNS = (
    "o.id, o.chat_id, o.lane, o.method, o.payload, o.body_id, o.article_id, o.comment_id,"
    " o.revision, o.tracked, o.state, o.due_ms, o.attempts, o.floor_id, o.target_id, o.sent_ms,"
    " o.error"
)
# A row that edits or answers another waits until that one is sent.
_READY_TARGET = "(o.target_id IS NULL OR (SELECT state FROM outbox t WHERE t.id = o.target_id) = 2)"
_BODIES_AT_HAND = 64


class Bodies:
    """The shared texts read last, so that a fan-out parses its body once."""

    def __init__(self) -> None:
        self._parsed: dict[int, dict[str, Any]] = {}

    async def load(self, tx: Transaction, body_ids: Iterable[int]) -> None:
        """Read those that are not at hand."""
        wanted = set(body_ids)
        missing = [body_id for body_id in wanted if body_id not in self._parsed]
        if not missing:
            return
        if len(self._parsed) > _BODIES_AT_HAND:
            # Of what is wanted now, nothing may go: its messages would leave without a text.
            self._parsed = {
                body_id: body for body_id, body in self._parsed.items() if body_id in wanted
            }
        rows = await tx.all(
            "SELECT id, payload FROM bodies WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps(missing),),
        )
        self._parsed.update((row["id"], json.loads(row["payload"])) for row in rows)

    def get(self, body_id: int) -> dict[str, Any]:
        """Give a body that was loaded; an empty one where it is gone."""
        return self._parsed.get(body_id, {})


async def list_due(
    tx: Transaction,
    bodies: Bodies,
    lanes: Sequence[Lane],
    *,
    now_ms: int,
    limit: int,
    known: Collection[int] = (),
    full_chats: Collection[int] = (),
) -> list[OutboxRow]:
    """List what is due in some lanes, each lane's first `limit` rows by due time and id.

    Rows in `known` and chats in `full_chats` are left out: the sender has them in memory.
    """
    each = (
        f"SELECT * FROM (SELECT {_COLUMNS} FROM outbox o WHERE o.state = 0 AND o.lane = %d"
        " AND o.due_ms <= :now AND o.id NOT IN (SELECT value FROM json_each(:known))"
        " AND o.chat_id NOT IN (SELECT value FROM json_each(:chats))"
        f" AND {_READY_TARGET} ORDER BY o.due_ms, o.id LIMIT :limit)"
    )
    rows = await tx.all(
        " UNION ALL ".join(each % lane for lane in lanes),
        {
            "now": now_ms,
            "known": json.dumps(list(known)),
            "chats": json.dumps(list(full_chats)),
            "limit": limit,
        },
    )
    return await _read(tx, bodies, rows)


async def find_next_due_ms(tx: Transaction, *, now_ms: int) -> int | None:
    """Give when the next message becomes due that is not due yet."""
    each = (
        "SELECT (SELECT due_ms FROM outbox WHERE state = 0 AND lane = %d AND due_ms > :now"
        " ORDER BY due_ms LIMIT 1) AS due_ms"
    )
    rows = await tx.all(" UNION ALL ".join(each % lane for lane in Lane), {"now": now_ms})
    return min((row[0] for row in rows if row[0] is not None), default=None)


async def mark_sending(
    tx: Transaction, rows: Sequence[OutboxRow], *, floor_id: int | None, now_ms: int
) -> set[int]:
    """Mark rows as about to leave; gives the ids of those that still wait for the same chat.

    The others were taken back or moved meanwhile. `floor_id` is the highest message id known of
    the bot's account.
    """
    marked = await tx.all(
        "UPDATE outbox SET state = 1, sent_ms = ?, floor_id = ? FROM json_each(?) j"
        " WHERE outbox.id = j.value ->> 0 AND outbox.chat_id = j.value ->> 1"
        " AND outbox.state = 0 RETURNING outbox.id",
        (now_ms, floor_id, json.dumps([(row.id, row.chat_id) for row in rows])),
    )
    return {row[0] for row in marked}


async def recover_sending(tx: Transaction, is_repeatable: Callable[[str], bool]) -> tuple[int, int]:
    """Sort what an earlier process was sending: gives how many wait again and how many are unknown.

    `is_repeatable` says which methods may be called twice.
    """
    # An edit sent after a later one would bring back what that one took away.
    overtaken = await tx.all(
        "SELECT id FROM outbox WHERE state = 1 AND method LIKE 'editMessage%'"
        " AND EXISTS (SELECT 1 FROM outbox later WHERE later.target_id = outbox.target_id"
        "  AND later.id > outbox.id"
        "  AND (later.method LIKE 'delete%' OR later.method = 'editMessageText'))"
    )
    await drop_rows(tx, [row["id"] for row in overtaken])
    methods = await tx.all("SELECT DISTINCT method FROM outbox WHERE state = 1")
    again = await tx.run(
        "UPDATE outbox SET state = 0, attempts = attempts + 1"
        " WHERE state = 1 AND method IN (SELECT value FROM json_each(?))",
        (json.dumps([row[0] for row in methods if is_repeatable(row[0])]),),
    )
    unknown = await tx.run(
        "UPDATE outbox SET state = 3, attempts = attempts + 1, error = 'the process ended'"
        " WHERE state = 1"
    )
    return again, unknown


async def list_unknown(tx: Transaction, bodies: Bodies) -> list[OutboxRow]:
    """List the messages of unknown fate in the order they left."""
    rows = await tx.all(
        f"SELECT {_COLUMNS} FROM outbox o WHERE o.state = 3 ORDER BY o.sent_ms, o.id"
    )
    return await _read(tx, bodies, rows)


async def list_account_ids(tx: Transaction, *, above: int) -> set[int]:
    """List the message ids above one that are accounted for in the account's own numbering.

    Private chats and basic groups share it. Reads all receipts and all updates that are kept.
    """
    rows = await tx.all(
        "SELECT message_id FROM receipts WHERE chat_id > -1000000000000 AND message_id > ?1"
        " UNION ALL SELECT message_id FROM inbox WHERE message_id > ?1",
        (above,),
    )
    return {row[0] for row in rows}


async def list_chat_ids(tx: Transaction, chat_id: int, *, above: int) -> set[int]:
    """List the message ids above one that a chat's receipts account for."""
    rows = await tx.all(
        "SELECT message_id FROM receipts WHERE chat_id = ? AND message_id > ?", (chat_id, above)
    )
    return {row[0] for row in rows}


async def find_chat_floor(tx: Transaction, chat_id: int, *, before_ms: int) -> int | None:
    """Give the highest message id known in a chat from before a time."""
    floor = await tx.value(
        "SELECT max(message_id) FROM receipts WHERE chat_id = ? AND sent_at < ?",
        (chat_id, before_ms // 1000),
    )
    return None if floor is None else int(floor)


async def _read(tx: Transaction, bodies: Bodies, rows: list[sqlite3.Row]) -> list[OutboxRow]:
    """Make records of rows, with the contents that are stored beside them."""
    await bodies.load(tx, (row["body_id"] for row in rows if row["body_id"] is not None))
    targets = [row["target_id"] for row in rows if row["target_id"] is not None]
    target_messages = await _find_target_messages(tx, targets) if targets else {}
    with_files = [row["id"] for row in rows if row["method"] in ("sendDocument", "sendPhoto")]
    files = await _find_files(tx, with_files) if with_files else {}
    return [
        OutboxRow(
            row["id"],
            row["chat_id"],
            Lane(row["lane"]),
            row["method"],
            _payload(row, bodies, target_messages),
            row["article_id"],
            row["comment_id"],
            row["revision"],
            bool(row["tracked"]),
            OutboxState(row["state"]),
            row["due_ms"],
            row["attempts"],
            row["floor_id"],
            files.get(row["id"]),
            row["target_id"],
            None,
            row["sent_ms"],
            row["error"],
        )
        for row in rows
    ]


def _payload(row: sqlite3.Row, bodies: Bodies, target_messages: dict[int, int]) -> dict[str, Any]:
    """Join a row's parameters, its body's, and the message that it edits or answers."""
    payload = {} if row["body_id"] is None else bodies.get(row["body_id"])
    if row["payload"] is not None:
        payload = payload | json.loads(row["payload"])
    message_id = target_messages.get(row["target_id"])
    if message_id is None:
        return payload
    if row["method"].startswith("send"):
        reply = dict(payload.get("reply_parameters", {}), message_id=message_id)
        return payload | {"reply_parameters": reply}
    return payload | {"message_id": message_id}


async def _find_target_messages(tx: Transaction, targets: list[int]) -> dict[int, int]:
    rows = await tx.all(
        "SELECT id, message_id FROM outbox WHERE state = 2"
        " AND id IN (SELECT value FROM json_each(?))",
        (json.dumps(targets),),
    )
    return {row["id"]: row["message_id"] for row in rows}


async def _find_files(tx: Transaction, row_ids: list[int]) -> dict[int, tuple[str, bytes]]:
    rows = await tx.all(
        "SELECT outbox_id, name, content FROM outbox_files"
        " WHERE outbox_id IN (SELECT value FROM json_each(?))",
        (json.dumps(row_ids),),
    )
    return {row["outbox_id"]: (row["name"], row["content"]) for row in rows}
