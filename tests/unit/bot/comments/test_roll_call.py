"""The admins of the moderators' chat are known before they do anything."""

from __future__ import annotations

import pytest

from bot.clock import SystemClock
from bot.comments.desks import Desks
from bot.comments.roll_call import RollCall
from handlers.messages import Features
from handlers.texts import Catalogue
from handlers.turn import Setup
from sandbox.telegram import Fault, TelegramServer
from storage.database import Database
from tests.support.telegram import ptb_bot


async def ask(db: Database, telegram: TelegramServer, chat_id: int | None) -> list[tuple[int, str]]:
    setup = Setup("relais_bot", moderation_chat_id=chat_id, features=Features(comments=True))
    desks = Desks(db, setup, Catalogue.load(), SystemClock(), lambda: None)
    async with ptb_bot(telegram) as bot:
        await RollCall(desks, bot).ask()
    async with db.read() as tx:
        rows = await tx.all("SELECT user_id, name FROM moderators ORDER BY user_id")
    return [(row["user_id"], row["name"]) for row in rows]


async def test_admins_are_noted_and_bots_are_not(db: Database, telegram: TelegramServer) -> None:
    anne, basile, chloe = (telegram.person(name) for name in ("Anne", "Basile", "Chloé"))
    room = telegram.group("Modération", [anne, basile, chloe])
    room.admins.add(basile.id)
    assert await ask(db, telegram, room.id) == [(anne.id, "Anne"), (basile.id, "Basile")]


@pytest.mark.parametrize("kind", ["403", "500", "not_json"])
async def test_without_an_answer_what_was_known_stays(
    db: Database, telegram: TelegramServer, kind: str
) -> None:
    anne = telegram.person("Anne")
    room = telegram.group("Modération", [anne])
    known = await ask(db, telegram, room.id)
    telegram.faults.add(Fault(kind, "getChatAdministrators"))
    assert await ask(db, telegram, room.id) == known == [(anne.id, "Anne")]


async def test_one_person_s_chat_is_not_asked(db: Database, telegram: TelegramServer) -> None:
    assert await ask(db, telegram, telegram.person("Anne").id) == []
    assert await ask(db, telegram, None) == []
    assert not telegram.calls_of("getChatAdministrators")
