"""`relais parked` and `relais tags`: what operators do from the shell beside a running bot."""

from bot import parked_command, tags_command
from storage.database import Database
from storage.inbox import add_updates, park_update
from storage.model import Draft, Lane
from storage.outbox import enqueue
from storage.outbox_outcomes import park_row
from storage.subscribers import list_subscriptions
from tests.support.counts import count_messages, count_updates
from tests.support.database import NOW, make_article, make_subscriber
from tests.support.shell import Shell, shell

__all__ = ["shell"]


async def park(database: Database) -> int:
    """Park an update and two messages, of which one is an edit; gives the other's id."""
    async with database.transaction() as tx:
        await add_updates(tx, [(5, 7, "{}")], now=NOW)
        await park_update(tx, 5, "KeyError at follow:12")
        edit = Draft(7, Lane.REPLY, "editMessageText", {"text": "x", "message_id": 1})
        for draft in (edit, Draft(8, Lane.REPLY, payload={"text": "x"})):
            row_id = await enqueue(tx, draft, now_ms=NOW * 1000)
            await park_row(tx, row_id, "Bad Request: no")
    return row_id


async def test_what_was_given_up_on_is_listed_and_tried_again(shell: Shell) -> None:
    assert await shell.run(parked_command.show()) == (0, "Nothing has been given up on.")
    database = await Database.open(shell.database)
    row_id = await park(database)
    code, output = await shell.run(parked_command.show())
    assert code == 0
    assert output.splitlines() == [
        f"message:{row_id}  2027-01-15T08:00:00Z  chat 8  sendMessage  Bad Request: no",
        f"message:{row_id - 1}  2027-01-15T08:00:00Z  chat 7  editMessageText  Bad Request: no"
        "  (not to be tried again)",
        "update:5  2027-01-15T08:00:00Z  chat 7  KeyError at follow:12",
    ]
    names = [f"message:{row_id}", f"message:{row_id - 1}"]
    code, output = await shell.run(parked_command.retry(names, everything=False))
    assert code == 1
    assert output.startswith(f"message:{row_id - 1} is not there, or not to be tried again.")
    assert "1 will be tried again" in output
    code, output = await shell.run(parked_command.retry([], everything=True))
    assert (code, output.split()[0]) == (0, "1")
    async with database.read() as tx:
        assert await count_updates(tx) == (1, 0)
        assert [count for count in (await count_messages(tx)).values() if count] == [1, 1]
    await database.close()


async def test_a_name_that_is_none_is_said(shell: Shell) -> None:
    for names in (["7"], ["letter:7"], ["message:x"]):
        code, output = await shell.run(parked_command.retry(names, everything=False))
        assert code == 1
        assert f"{names[0]} is no name" in output
    code, output = await shell.run(parked_command.retry([], everything=False))
    assert (code, "--all" in output) == (1, True)


async def test_two_tags_become_one(shell: Shell) -> None:
    assert (await shell.run(tags_command.show_aliases()))[1].startswith("No alias yet.")
    database = await Database.open(shell.database)
    async with database.transaction() as tx:
        await make_article(tx, tags=("Televisions",))
        await make_subscriber(tx, 1001, follows=("Smart TV",))
    code, output = await shell.run(tags_command.alias("smart-tv", "Televisions"))
    assert code == 0
    moved = "moved: articles 0, followers 1"
    assert output == f"Smart TV is now another name for Televisions ({moved})."
    assert await shell.run(tags_command.show_aliases()) == (0, "Smart TV → Televisions")
    async with database.read() as tx:
        assert [one.tag.label for one in await list_subscriptions(tx, 1001)] == ["Televisions"]
    await database.close()
    for old, new, said in (
        ("x", "Radio", "There is no tag 'Radio'"),
        ("Smart TV", "Televisions", "one tag already"),
        ("#", "Televisions", "names no tag"),
    ):
        code, output = await shell.run(tags_command.alias(old, new))
        assert (code, said in output) == (1, True), output
