"""The relay of comments under stress: stopped half-way, killed, undone, erased to the last byte."""

from contextlib import asynccontextmanager

import pytest

from sandbox.telegram import Fault, Person
from storage.comment_threads import follow_discussion
from tests.support.site import Site
from tests.support.talks import Talk, only, showing, talk_in

FOLLOWERS = 500
SECRET = "hirondelle-confidentielle"


async def let_follow(site: Site, readers: list[Person]) -> None:
    """Let readers follow the newest article's discussion, as if they had pressed the button."""
    async with site.storage() as db, db.transaction() as tx:
        article = int(await tx.value("SELECT max(id) FROM articles"))
        for reader in readers:
            await follow_discussion(tx, article, reader.id, now_ms=0)


def arrivals(readers: list[Person], text: str) -> list[list[bool]]:
    """Say for each reader which messages with a text came, and whether each is still there."""
    return [[not m.deleted for m in r.chat.messages if text in m.text] for r in readers]


@asynccontextmanager
async def crowd(folder, count, **settings):
    """A discussion that many follow and somebody writes in; the product runs."""
    async with talk_in(folder, **settings) as talk:
        readers = talk.site.people(count, "A", "en")
        await talk.site.enrol(readers)
        await talk.site.relais.start()
        zoe = talk.site.telegram.person("Zoé", "fr")
        (post,) = await talk.post_to(zoe)
        await let_follow(talk.site, readers)
        yield talk, zoe, post, readers


async def test_a_withdrawal_stops_a_fan_out_and_removes_all_that_arrived(tmp_path):
    text = "Je n’aurais pas dû l’écrire."
    async with crowd(tmp_path, FOLLOWERS, latency=0.05) as (talk, zoe, post, readers):
        status, card = await talk.submit(zoe, post, text)
        talk.anne.press(card, "Approve")
        await talk.site.until(lambda: sum(map(bool, arrivals(readers, text))) >= 60)
        gone = [reader for reader in readers if showing(reader, text)][:2]
        for reader in gone:
            fault = Fault("403", "deleteMessage", chat_id=reader.id, times=None)
            talk.site.telegram.faults.add(fault)
        zoe.press(status, "Retirer")
        await talk.site.until(lambda: "Retiré" in status.text)
        await talk.site.until_quiet()
        came = arrivals(readers, text)
        arrived = sum(map(bool, came))
        assert 60 <= arrived < FOLLOWERS  # it was stopped half-way
        assert max(map(len, came)) == 1
        assert [reader for reader in readers if showing(reader, text)] == gone
        told = f"Retiré de {arrived - 2} conversations sur {arrived}. 2 restent injoignables."
        await talk.site.until(lambda: told in status.text)
        # Nothing comes later, whatever happens.
        sends = len(talk.site.telegram.calls_of("sendMessage"))
        await talk.site.relais.restart()
        await talk.site.until_quiet()
        assert len(talk.site.telegram.calls_of("sendMessage")) == sends


async def test_killed_between_approval_and_relay_it_is_relayed_once(tmp_path):
    text = "Ceci attend une minute."
    async with crowd(tmp_path, 3, RELAY_UNDO_SECONDS=4) as (talk, zoe, post, readers):
        _, card = await talk.submit(zoe, post, text)
        talk.anne.press(card, "Approve")
        await talk.site.until(lambda: "Approved by Anne" in card.text)
        await talk.site.relais.kill()
        assert not any(arrivals(readers, text))
        await talk.site.relais.start()
        await talk.site.until(lambda: all(arrivals(readers, text)))
        await talk.site.until(lambda: showing(zoe, "✅ Votre commentaire"))
        await talk.site.until_quiet()
        assert arrivals(readers, text) == [[True]] * 3
        assert len(showing(zoe, "✅ Votre commentaire")) == 1


@pytest.mark.long
async def test_killed_again_and_again_in_a_relay_it_arrives_once_everywhere(tmp_path):
    text = "Cent lecteurs la liront une fois."
    async with crowd(tmp_path, 100, latency=0.05) as (talk, zoe, post, readers):
        _, card = await talk.submit(zoe, post, text)
        talk.anne.press(card, "Approve")
        for share in (10, 40, 70):
            await talk.site.until(
                lambda share=share: sum(map(bool, arrivals(readers, text))) >= share
            )
            await talk.site.relais.kill()
            await talk.site.relais.begin("run")
        await talk.site.until(lambda: all(arrivals(readers, text)), 60)
        await talk.site.until_quiet()
        assert arrivals(readers, text) == [[True]] * 100


async def test_undo_within_the_window_keeps_it_from_every_reader(tmp_path):
    text = "Approuvé par mégarde."
    async with crowd(tmp_path, 3, RELAY_UNDO_SECONDS=4) as (talk, zoe, post, readers):
        _, card = await talk.submit(zoe, post, text)
        talk.anne.press(card, "Approve")
        await talk.site.until(lambda: any("Undo" in label for label in card.labels))
        press = await talk.site.press(talk.anne, card, "Undo")
        assert not press.answer.show_alert
        await talk.site.until(lambda: any("Approve" in label for label in card.labels))
        await talk.site.press(talk.anne, card, "Approve")
        await talk.site.until(lambda: all(arrivals(readers, text)))
        approvals = await talk.site.value(
            "SELECT group_concat(action) FROM comment_decisions WHERE comment_id = 1"
        )
        assert approvals == "submit,approve,undo,approve"


async def test_forgetme_leaves_nothing_in_the_file_nor_in_its_log(tmp_path):
    async with talk_in(tmp_path) as talk:
        await talk.site.relais.start()
        zoe = talk.site.telegram.person("Zéphyrine", "fr")
        rob, late = (talk.site.telegram.person(name, "en") for name in ("Rob", "Late"))
        post, robs, lates = await talk.post_to(zoe, rob, late)
        await talk.site.press(rob, robs, "Follow discussion")
        await _leave_traces(talk, zoe, rob, late, (post, lates))
        assert any(SECRET.encode() in content for content in _files(talk))  # else it proves nothing
        answer = await talk.site.ask(zoe, "/forgetme")
        await talk.site.press(zoe, answer, answer.labels[0])
        for person in (rob, late):
            await talk.site.until(lambda person=person: not showing(person, SECRET))
        await talk.site.until(lambda: not showing(talk.room, SECRET))
        await talk.site.until_quiet()
        await talk.site.until_value("SELECT count(*) FROM jobs", lambda count: count == 0)
        for trace in (SECRET, "Zéphyrine"):
            assert not [name for name in _files(talk, trace) if name], trace
        assert not showing(talk.room, "Zéphyrine")
        decisions = await talk.site.value("SELECT count(*) FROM comment_decisions")
        assert decisions > 3  # who decided what stays, as ids and codes


async def _leave_traces(talk: Talk, zoe: Person, rob: Person, late: Person, posts: tuple) -> None:
    """Let a text go everywhere it can: edited, answered, quoted, paged, rejected, appealed."""
    post, lates = posts
    said = await talk.write(zoe, post, f"La {SECRET} a chanté.")
    await talk.site.press(talk.anne, await talk.card(SECRET), "Approve")
    await talk.site.until(lambda: showing(rob, SECRET))
    zoe.edit(said, f"La {SECRET} a chanté deux fois.")
    await talk.site.press(talk.basile, await talk.card("deux fois"), "Approve")
    await talk.site.until(lambda: showing(rob, "deux fois"))
    await talk.site.press(late, lates, "Follow discussion")
    await talk.publish(rob, only(rob, "deux fois"), "I heard it, too.", [late])
    assert showing(late, SECRET)  # as a quote
    await talk.site.press(late, only(late, "I heard it"), "Discussion (")
    await talk.site.until(lambda: len(showing(late, "deux fois")) == 2)
    status, card = await talk.submit(zoe, post, f"Encore la {SECRET}, vendue ici.")
    await talk.reject(talk.anne, card)
    await talk.site.until(lambda: "Faire appel" in status.labels)
    await talk.site.press(zoe, status, "Faire appel")
    await talk.site.until(lambda: zoe.chat.last.reply_markup)
    zoe.say(f"Mais la {SECRET} est gratuite.", reply_to=zoe.chat.last)
    await talk.card("gratuite")
    talk.basile.say(f"/queue {SECRET}", talk.room)
    await talk.site.until_quiet()


def _files(talk: Talk, trace: str = "") -> list:
    """Read the database file and its log, or name those that hold a trace."""
    folder, name = talk.site.relais.folder, talk.site.relais.database.name
    files = {p.name: p.read_bytes() for p in folder.iterdir() if p.name.startswith(name)}
    assert len(files) >= 2  # the log is there while the product runs
    if not trace:
        return list(files.values())
    return [name for name, content in files.items() if trace.encode() in content]
