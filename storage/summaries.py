"""Summaries, made once and kept, and which message answered whom.

A summary belongs to one wording of its article: a corrected article has another content hash, and
the summaries of its earlier wordings go when one of the new wording comes.
"""

import json
from dataclasses import dataclass
from sqlite3 import Row

from storage.database import Transaction

PAGES_KEPT = 30 * 86_400  # seconds, of summaries of pages that are no stored articles


@dataclass(frozen=True, slots=True)
class NewSummary:
    """A summary as it is made; of a stored article, or else of the page at `url`.

    `method` is how it was made: by choosing sentences, or the model with its prompt's version.
    `note` is a code of what readers should know about its text.
    """

    article_id: int | None
    url: str | None
    content_hash: str
    language: str
    length: int  # sentences asked for
    method: str
    title: str
    sentences: tuple[str, ...]
    key_points: tuple[str, ...] = ()
    note: str | None = None


@dataclass(frozen=True, slots=True)
class StoredSummary(NewSummary):
    """A summary that is kept."""

    id: int = 0


@dataclass(frozen=True, slots=True)
class SummaryAnswer:
    """The message that gave a chat the summary of one wording of an article."""

    outbox_id: int
    content_hash: str
    again_at: int | None = None  # from when a better one may be had: the page was out of reach


async def add_summary(tx: Transaction, summary: NewSummary, *, now: int) -> StoredSummary:
    """Keep a summary in place of those of other wordings; the same one again replaces the first.

    Those of pages that are no stored articles go after a month.
    """
    await tx.run(
        "DELETE FROM summaries WHERE article_id IS ? AND (article_id IS NOT NULL OR url = ?)"
        " AND (content_hash <> ? OR (language = ? AND sentences = ? AND method = ?))",
        (
            summary.article_id,
            summary.url,
            summary.content_hash,
            summary.language,
            summary.length,
            summary.method,
        ),
    )
    await tx.run(
        "DELETE FROM summaries WHERE article_id IS NULL AND created_at < ?", (now - PAGES_KEPT,)
    )
    text = {
        "title": summary.title,
        "sentences": summary.sentences,
        "key_points": summary.key_points,
        "note": summary.note,
    }
    row_id = await tx.insert(
        "INSERT INTO summaries (article_id, url, content_hash, language, sentences, method, text,"
        " created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            summary.article_id,
            summary.url,
            summary.content_hash,
            summary.language,
            summary.length,
            summary.method,
            json.dumps(text, ensure_ascii=False),
            now,
        ),
    )
    found = await find_summary(tx, row_id)
    assert found is not None
    return found


async def find_summary(tx: Transaction, summary_id: int) -> StoredSummary | None:
    """Give a summary; None once its article was corrected or pruned."""
    row = await tx.one("SELECT * FROM summaries WHERE id = ?", (summary_id,))
    return None if row is None else _read(row)


async def find_article_summary(
    tx: Transaction, article_id: int, content_hash: str, *, method: str, language: str | None
) -> StoredSummary | None:
    """Give the summary of one wording of an article; in any language where `language` is None."""
    row = await tx.one(
        "SELECT * FROM summaries WHERE article_id = ? AND content_hash = ? AND method = ?"
        " AND language = coalesce(?, language) ORDER BY id DESC LIMIT 1",
        (article_id, content_hash, method, language),
    )
    return None if row is None else _read(row)


async def find_page_summary(
    tx: Transaction, url: str, *, method: str, language: str | None, after: int
) -> StoredSummary | None:
    """Give the newest summary of a page that is no stored article, made later than `after`."""
    row = await tx.one(
        "SELECT * FROM summaries WHERE article_id IS NULL AND url = ? AND method = ?"
        " AND language = coalesce(?, language) AND created_at > ? ORDER BY id DESC LIMIT 1",
        (url, method, language, after),
    )
    return None if row is None else _read(row)


async def find_answer(tx: Transaction, chat_id: int, article_id: int) -> SummaryAnswer | None:
    """Give the message that a chat has with an article's summary."""
    row = await tx.one(
        "SELECT outbox_id, content_hash, again_at FROM summary_answers"
        " WHERE chat_id = ? AND article_id = ?",
        (chat_id, article_id),
    )
    return None if row is None else SummaryAnswer(*row)


async def record_answer(
    tx: Transaction, chat_id: int, article_id: int, answer: SummaryAnswer, *, now: int
) -> None:
    """Note which message gives a chat an article's summary, in place of an earlier one."""
    await tx.run(
        "INSERT INTO summary_answers"
        " (chat_id, article_id, outbox_id, content_hash, asked_at, again_at)"
        " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (chat_id, article_id) DO UPDATE SET"
        " outbox_id = excluded.outbox_id, content_hash = excluded.content_hash,"
        " asked_at = excluded.asked_at, again_at = excluded.again_at",
        (chat_id, article_id, answer.outbox_id, answer.content_hash, now, answer.again_at),
    )


async def forget_answer(tx: Transaction, chat_id: int, article_id: int) -> None:
    """Let a chat ask again for an article's summary: what it was given is none."""
    await tx.run(
        "DELETE FROM summary_answers WHERE chat_id = ? AND article_id = ?", (chat_id, article_id)
    )


async def count_asked(tx: Transaction, kind: str, chat_id: int) -> int:
    """Count the jobs of a kind that a chat asked for and that are not done."""
    return int(
        await tx.value(
            "SELECT count(*) FROM jobs WHERE kind = ? AND state < 2"
            " AND payload ->> '$.chat_id' = ?",
            (kind, chat_id),
        )
    )


def _read(row: Row) -> StoredSummary:
    text = json.loads(row["text"])
    return StoredSummary(
        id=row["id"],
        article_id=row["article_id"],
        url=row["url"],
        content_hash=row["content_hash"],
        language=row["language"],
        length=row["sentences"],
        method=row["method"],
        title=text["title"],
        sentences=tuple(text["sentences"]),
        key_points=tuple(text["key_points"]),
        note=text["note"],
    )
