"""/mydata and /forgetme."""

from __future__ import annotations

import json

from handlers.callbacks import EraseMe
from storage.database import Database
from storage.jobs import claim_jobs
from storage.subscribers import find_subscriber, list_subscriptions
from tests.support.turn import NOW, Desk, Reader, labels, text

ZOE = Reader(424242, "fr", "Zoé-Inoubliable")


async def test_mydata_is_a_json_file_of_everything(desk: Desk) -> None:
    await desk.say("/follow 5G, Vélo", ZOE)
    (file,) = await desk.say("/mydata", ZOE)
    assert file.method == "sendDocument"
    assert file.file is not None
    name, content = file.file
    assert name.endswith(".json")
    data = json.loads(content)
    assert data["subscriber"]["name"] == "Zoé-Inoubliable"
    assert [tag["label"] for tag in data["tags"]] == ["5G", "Vélo"]
    assert "/forgetme" in str(file.payload["caption"])


async def test_forgetme_asks_first(desk: Desk, db: Database) -> None:
    await desk.say("/follow 5G")
    (reply,) = await desk.say("/forgetme")
    assert labels(reply) == ["Erase everything", "Keep it"]
    (edit, _) = await desk.press("Keep it", row=reply)
    assert "Nothing was erased" in text(edit)
    async with db.read() as tx:
        assert len(await list_subscriptions(tx, 1001)) == 1


async def test_forgetme_leaves_nothing_in_file_and_log(desk: Desk, db: Database) -> None:
    await desk.say("/follow Tricot-Introuvable", ZOE)
    (reply,) = await desk.say("/forgetme", ZOE)
    (edit, _) = await desk.press("Tout effacer", ZOE, row=reply)
    assert "est effacé" in text(edit)
    async with db.transaction() as tx:
        assert await find_subscriber(tx, ZOE.id) is None
        assert await claim_jobs(tx, "checkpoint", now_ms=NOW * 1000) != []
    await db.checkpoint()
    stored = b"".join(
        path.read_bytes() for path in db.path.parent.glob(f"{db.path.name}*") if path.is_file()
    )
    for trace in ("Inoubliable", "Introuvable", "introuvable"):
        assert trace.encode() not in stored


async def test_nobody_else_is_erased(desk: Desk, db: Database) -> None:
    await desk.say("/follow 5G")
    await desk.say("/follow 5G", ZOE)
    await desk.press(EraseMe(True), ZOE)
    async with db.read() as tx:
        assert [s.tag.label for s in await list_subscriptions(tx, 1001)] == ["5G"]
        assert await list_subscriptions(tx, ZOE.id) == []


async def test_a_second_press_and_a_stranger_are_answered(desk: Desk) -> None:
    await desk.press(EraseMe(True), ZOE)
    (edit, _) = await desk.press(EraseMe(True), ZOE)
    assert "est effacé" in text(edit)


async def test_what_is_personal_is_not_told_or_erased_in_a_group(desk: Desk, db: Database) -> None:
    group = Reader(1, "en", "Neighbours", chat_id=-4000, chat_type="group")
    await desk.say("/follow 5G", group)
    for command in ("/mydata", "/forgetme"):
        (reply,) = await desk.say(command, group)
        assert "private chat" in text(reply)
        assert reply.file is None
    await desk.press(EraseMe(True), group)
    async with db.read() as tx:
        assert len(await list_subscriptions(tx, -4000)) == 1
