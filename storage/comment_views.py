"""Messages of ours that show or ask for comments: cards, status messages, threads, prompts.

What a person withdraws can only be taken out of a message that is known here.
"""

import json
from collections.abc import Iterable
from sqlite3 import Row

from storage.comment_model import View
from storage.database import Transaction


async def add_view(tx: Transaction, view: View, *, now: int) -> None:
    """Remember a message of ours by its tracked outbox row."""
    await tx.run(
        "INSERT INTO comment_views (outbox_id, chat_id, kind, article_id, comment_id, data,"
        " created_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            view.outbox_id,
            view.chat_id,
            view.kind,
            view.article_id,
            view.comment_id,
            json.dumps(view.data),
            now,
        ),
    )


async def update_view(tx: Transaction, outbox_id: int, data: dict[str, object]) -> None:
    """Note what a message shows now."""
    await tx.run(
        "UPDATE comment_views SET data = ? WHERE outbox_id = ?", (json.dumps(data), outbox_id)
    )


async def move_view(tx: Transaction, outbox_id: int, new_outbox_id: int) -> None:
    """Let a view, and what refers to its message, go on with another outbox row."""
    for statement in (
        "UPDATE outbox SET target_id = :new WHERE target_id = :old",
        "UPDATE comments SET card_row = :new WHERE card_row = :old"
        " AND id = (SELECT comment_id FROM comment_views WHERE outbox_id = :old)",
        "UPDATE comments SET status_row = :new WHERE status_row = :old"
        " AND id = (SELECT comment_id FROM comment_views WHERE outbox_id = :old)",
        "UPDATE comment_views SET outbox_id = :new WHERE outbox_id = :old",
    ):
        await tx.run(statement, {"old": outbox_id, "new": new_outbox_id})


async def find_status_row(tx: Transaction, comment_id: int) -> int | None:
    """Give the outbox row of a comment's living status message."""
    value = await tx.value("SELECT status_row FROM comments WHERE id = ?", (comment_id,))
    return None if value is None else int(value)


async def find_card_row(tx: Transaction, comment_id: int) -> int | None:
    """Give the outbox row of the card on which a comment is decided."""
    value = await tx.value("SELECT card_row FROM comments WHERE id = ?", (comment_id,))
    return None if value is None else int(value)


async def find_view(tx: Transaction, outbox_id: int) -> View | None:
    """Give what is known of a message of ours."""
    row = await tx.one("SELECT * FROM comment_views WHERE outbox_id = ?", (outbox_id,))
    return None if row is None else _view(row)


async def list_threads_showing(tx: Transaction, comment_ids: Iterable[int]) -> list[View]:
    """Give the pages of discussions that show any of some comments."""
    rows = await tx.all(
        "SELECT v.* FROM comment_views v WHERE v.kind = 'thread' AND v.article_id IN"
        " (SELECT article_id FROM comments WHERE id IN (SELECT value FROM json_each(:ids)))"
        " AND EXISTS (SELECT 1 FROM json_each(v.data, '$.ids') i"
        "  WHERE i.value IN (SELECT value FROM json_each(:ids)))",
        {"ids": json.dumps(list(comment_ids))},
    )
    return [_view(row) for row in rows]


async def list_refused_deletions(tx: Transaction) -> list[tuple[int, int]]:
    """Give (row of the deletion, row of the message) where Telegram did not delete a view."""
    rows = await tx.all(
        "SELECT d.id, d.target_id FROM outbox d JOIN comment_views v ON v.outbox_id = d.target_id"
        " WHERE d.state = 4 AND d.method = 'deleteMessage'"
    )
    return [(row[0], row[1]) for row in rows]


async def set_status_row(tx: Transaction, comment_id: int, outbox_id: int) -> None:
    """Note the living status message of a comment."""
    await tx.run("UPDATE comments SET status_row = ? WHERE id = ?", (outbox_id, comment_id))


async def set_card_row(tx: Transaction, comment_id: int, outbox_id: int | None) -> None:
    """Note the card on which a comment is decided; None when it has to wait for one."""
    await tx.run("UPDATE comments SET card_row = ? WHERE id = ?", (outbox_id, comment_id))


async def count_open_cards(tx: Transaction) -> int:
    """Count the cards in the moderation chat that wait for a decision."""
    return int(
        await tx.value(
            "SELECT count(*) FROM comments WHERE state IN ('pending', 'appealed')"
            " AND card_row IS NOT NULL"
        )
    )


async def delete_old_views(tx: Transaction, *, before: int) -> int:
    """Forget prompts and threads from before that time; cards and statuses stay."""
    return await tx.run(
        "DELETE FROM comment_views WHERE created_at < ? AND kind IN ('prompt', 'thread')",
        (before,),
    )


def _view(row: Row) -> View:
    return View(
        row["outbox_id"],
        row["chat_id"],
        row["kind"],
        row["article_id"],
        row["comment_id"],
        json.loads(row["data"]),
    )
