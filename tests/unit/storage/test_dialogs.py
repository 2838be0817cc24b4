"""Questions that wait for an answer."""

from storage.database import Database
from storage.dialogs import delete_dialog, find_dialog, set_dialog
from storage.model import Dialog
from tests.support.database import NOW, db

__all__ = ["db"]


async def test_one_question_at_a_time_for_each_person_and_chat(db: Database) -> None:
    question = Dialog(-10, 1, "comment", {"article": 3, "words": "é"}, NOW + 60)
    other = Dialog(-10, 2, "reject", {}, NOW + 60)
    async with db.transaction() as tx:
        await set_dialog(tx, question)
        await set_dialog(tx, other)
        assert await find_dialog(tx, -10, 1, now=NOW) == question
        newer = Dialog(-10, 1, "edit", {"comment": 5}, NOW + 90)
        await set_dialog(tx, newer)
        assert await find_dialog(tx, -10, 1, now=NOW) == newer
        assert await delete_dialog(tx, -10, 1)
        assert not await delete_dialog(tx, -10, 1)
        assert await find_dialog(tx, -10, 1, now=NOW) is None
        assert await find_dialog(tx, -10, 2, now=NOW) == other


async def test_a_question_expires(db: Database) -> None:
    async with db.transaction() as tx:
        await set_dialog(tx, Dialog(7, 7, "comment", {}, NOW + 60))
        assert await find_dialog(tx, 7, 7, now=NOW + 59) is not None
        assert await find_dialog(tx, 7, 7, now=NOW + 60) is None
