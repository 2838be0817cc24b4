"""What belongs to somebody: read before and after an attack, it must be the same."""

from __future__ import annotations

from handlers.probes import PROBE
from sandbox.telegram import Person
from tests.support.workbench import Workbench

Rows = list[list[tuple[object, ...]]]


async def everything_of(bench: Workbench, person: Person) -> Rows:
    """Give all that is stored of somebody and is theirs to change."""
    chat = person.id
    return [
        await bench.rows("SELECT * FROM subscribers WHERE chat_id = ?", chat),
        await bench.rows("SELECT * FROM subscriptions WHERE chat_id = ? ORDER BY tag_id", chat),
        await bench.rows("SELECT * FROM dialogs WHERE chat_id = ?", chat),
        await bench.rows("SELECT * FROM discussion_follows WHERE chat_id = ?", chat),
        await bench.rows("SELECT * FROM comments WHERE author_id = ?", chat),
    ]


async def everything_of_operators(bench: Workbench) -> Rows:
    """Give what only operators and moderators may change."""
    return [
        await bench.rows("SELECT id, url, state FROM feeds"),
        await bench.rows("SELECT id, comments_open FROM articles"),
        await bench.rows("SELECT * FROM comment_people"),
        await bench.rows("SELECT * FROM moderators"),
        await bench.rows("SELECT * FROM jobs WHERE kind = ?", PROBE),  # the others are readers'
    ]
