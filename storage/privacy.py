"""What is stored about a person: given out whole, or erased.

After the erasure and `Database.checkpoint` neither the file nor its log holds anything of it.
The part that concerns discussions is comment_erasure.py's: its erasure comes first, since what it
changes must still be redrawn in other people's chats.
"""

import json
from typing import Any

from storage.comment_erasure import export_comments
from storage.database import Transaction
from storage.outbox import erase_chat


async def export_person(tx: Transaction, chat_id: int, user_id: int) -> dict[str, Any]:
    """Give everything stored about a reader, ready for JSON; times are UTC seconds."""
    subscriber = await tx.one("SELECT * FROM subscribers WHERE chat_id = ?", (chat_id,))
    return {
        "subscriber": None if subscriber is None else dict(subscriber),
        "tags": await _rows(
            tx,
            "SELECT t.label, t.slug, s.muted, s.followed_at AS since FROM subscriptions s"
            " JOIN tags t ON t.id = s.tag_id WHERE s.chat_id = ? ORDER BY t.key",
            chat_id,
        ),
        **await _export_messages(tx, chat_id, user_id),
        **await _export_requests(tx, chat_id, user_id),
        "discussions": await export_comments(tx, user_id),
    }


async def _export_messages(tx: Transaction, chat_id: int, user_id: int) -> dict[str, Any]:
    """Give what came from the person, and what goes or went to their chat."""
    return {
        "messages_received_by_us": await _rows(
            tx,
            "SELECT update_id, raw, received_at FROM inbox WHERE raw IS NOT NULL"
            " AND (chat_id = ? OR update_id IN (SELECT value FROM json_each(?)))"
            " ORDER BY update_id",
            chat_id,
            json.dumps(await _parked_of(tx, user_id)),
        ),
        "messages_waiting_for_you": await _outbox_rows(tx, chat_id, "0, 1, 3"),
        "messages_never_sent": await _outbox_rows(tx, chat_id, "4, 5"),
        "messages_sent_to_you": await _rows(
            tx,
            "SELECT message_id, article_id, comment_id, sent_at FROM receipts WHERE chat_id = ?"
            " ORDER BY message_id",
            chat_id,
        ),
    }


async def _export_requests(tx: Transaction, chat_id: int, user_id: int) -> dict[str, Any]:
    """Give what the person asked for, and what they were asked."""
    return {
        "open_questions": await _rows(
            tx,
            "SELECT kind, data, expires_at FROM dialogs WHERE chat_id = ?1 OR user_id = ?2",
            chat_id,
            user_id,
        ),
        "summaries_asked": await _rows(
            tx,
            "SELECT article_id, asked_at FROM summary_answers WHERE chat_id = ?"
            " ORDER BY article_id",
            chat_id,
        ),
        "summaries_written_for_you": await _rows(
            tx, "SELECT day * 86400 AS day, uses FROM model_uses WHERE person_id = ?", user_id
        ),
        "work_under_way": await _rows(
            tx,
            "SELECT kind, payload, created_at FROM jobs"
            " WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id",
            json.dumps(await _jobs_of(tx, chat_id, user_id)),
        ),
        "feeds_added": await _rows(
            tx, "SELECT url, added_at FROM feeds WHERE added_by = ? ORDER BY id", user_id
        ),
    }


async def erase_person(tx: Transaction, chat_id: int, user_id: int) -> None:
    """Erase a reader, but for the comments: `erase_comments` must have come before.

    What the reader is still to be told must be put in the outbox afterwards. Updates that wait
    stay: they came after the wish to be forgotten, and are handled as a stranger's.
    """
    tags = await tx.all("SELECT tag_id FROM subscriptions WHERE chat_id = ?", (chat_id,))
    jobs = json.dumps(await _jobs_of(tx, chat_id, user_id))
    parked = json.dumps(await _parked_of(tx, user_id))
    await erase_chat(tx, chat_id)
    for statement in (
        "DELETE FROM subscribers WHERE chat_id = :chat",
        "DELETE FROM dialogs WHERE chat_id = :chat OR user_id = :user",
        "DELETE FROM summary_answers WHERE chat_id = :chat",
        "DELETE FROM model_uses WHERE person_id = :user",
        "DELETE FROM jobs WHERE id IN (SELECT value FROM json_each(:jobs))",
        "DELETE FROM inbox WHERE state = 2"
        " AND (chat_id = :chat OR update_id IN (SELECT value FROM json_each(:parked)))",
        # The row itself stays, so that its update is not taken for a new one.
        "UPDATE inbox SET chat_id = 0 WHERE chat_id = :chat AND state = 1",
        "UPDATE feeds SET added_by = NULL WHERE added_by = :user",
        # A tag that nobody else uses is what this person typed.
        "DELETE FROM tags WHERE id IN (SELECT value FROM json_each(:tags)) AND articles = 0"
        " AND NOT EXISTS (SELECT 1 FROM subscriptions s WHERE s.tag_id = tags.id)"
        " AND NOT EXISTS (SELECT 1 FROM tags a WHERE a.alias_of = tags.id)",
    ):
        await tx.run(
            statement,
            {
                "chat": chat_id,
                "user": user_id,
                "jobs": jobs,
                "parked": parked,
                "tags": json.dumps([row[0] for row in tags]),
            },
        )


async def _outbox_rows(tx: Transaction, chat_id: int, states: str) -> list[dict[str, Any]]:
    return await _rows(
        tx,
        "SELECT o.method, coalesce(o.payload, b.payload) AS content, o.due_ms / 1000 AS due_at"
        " FROM outbox o LEFT JOIN bodies b ON b.id = o.body_id"
        f" WHERE o.chat_id = ? AND o.state IN ({states}) ORDER BY o.id",
        chat_id,
    )


async def _rows(tx: Transaction, sql: str, *parameters: object) -> list[dict[str, Any]]:
    return [dict(row) for row in await tx.all(sql, parameters)]


async def _jobs_of(tx: Transaction, chat_id: int, user_id: int) -> list[int]:
    """Give the jobs whose payload names a person or their chat, at whatever depth."""
    rows = await tx.all(
        "SELECT id FROM jobs WHERE EXISTS ("
        " SELECT 1 FROM json_tree(jobs.payload) j WHERE j.type = 'integer'"
        " AND ((j.key = 'chat_id' AND j.value = ?) OR (j.key = 'person_id' AND j.value = ?)))",
        (chat_id, user_id),
    )
    return [row[0] for row in rows]


async def _parked_of(tx: Transaction, user_id: int) -> list[int]:
    """Give the parked updates that a person sent or is named in, in whatever chat."""
    rows = await tx.all(
        "SELECT update_id FROM inbox WHERE state = 2 AND json_valid(raw) AND EXISTS ("
        " SELECT 1 FROM json_tree(inbox.raw) j WHERE j.key = 'id' AND j.value = ?)",
        (user_id,),
    )
    return [row[0] for row in rows]
