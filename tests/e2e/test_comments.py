"""Comments over the wire: approved by one of two, relayed, answered, edited, appealed.

One process serves the whole module; each test brings its own readers and its own article.
"""

import pytest
import pytest_asyncio

from tests.support.talks import assert_clean, button, only, showing, talk_in

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def talk(tmp_path_factory):
    """A running site with two moderators, where approvals go out at once."""
    async with talk_in(tmp_path_factory.mktemp("comments")) as talk:
        await talk.site.relais.start()
        yield talk
        await assert_clean(talk.site)


async def test_of_two_moderators_one_wins_and_the_other_is_told_who_and_when(talk):
    zoe, rob = talk.site.telegram.person("Zoé", "fr"), talk.site.telegram.person("Rob", "en")
    post, robs = await talk.post_to(zoe, rob)
    await talk.site.press(rob, robs, "Follow discussion")
    status, card = await talk.submit(zoe, post, "Une course entre deux pouces.")
    assert not showing(rob, "pouces")
    presses = [talk.anne.press(card, "Approve"), talk.basile.press(card, "Approve")]
    await talk.site.until(lambda: all(press.answer for press in presses))
    won, lost = sorted(presses, key=lambda press: press.answer.show_alert)
    assert not won.answer.show_alert
    assert lost.answer.show_alert
    assert won.person.name in lost.answer.text  # who
    assert any(character.isdigit() for character in lost.answer.text)  # when
    await talk.site.until(lambda: showing(rob, "pouces"))
    await talk.site.until(lambda: f"by {won.person.name}" in card.text)
    assert not any("Approve" in label for label in card.labels)
    await talk.site.until(lambda: "1 personne l’a reçu" in status.text)
    await talk.site.until_quiet()
    assert len(showing(rob, "pouces")) == 1
    assert not [m for m in showing(zoe, "pouces") if "Répondre" in m.labels]
    decisions = await talk.site.value(
        "SELECT count(*) FROM comment_decisions WHERE action = 'approve' AND comment_id ="
        " (SELECT max(id) FROM comments)"
    )
    assert decisions == 1


async def test_approve_against_reject_leaves_one_decision(talk):
    zoe, rob = talk.site.telegram.person("Zoé", "fr"), talk.site.telegram.person("Rob", "en")
    post, robs = await talk.post_to(zoe, rob)
    await talk.site.press(rob, robs, "Follow discussion")
    _, card = await talk.submit(zoe, post, "Oui ou non, il faut choisir.")
    await talk.site.press(talk.basile, card, "Reject")
    await talk.site.until(lambda: "Off topic" in card.labels)
    presses = [talk.basile.press(card, "Off topic"), talk.anne.press(card, "Approve")]
    await talk.site.until(lambda: all(press.answer for press in presses))
    assert [press.answer.show_alert for press in presses] == [False, True]
    assert "Basile" in presses[1].answer.text
    await talk.site.until(lambda: "Rejected by Basile" in card.text)
    await talk.site.until(lambda: showing(zoe, "hors sujet"))
    await talk.site.until_quiet()
    assert not showing(rob, "choisir")


async def meet(talk, *names):
    """Let readers of both languages have one post; all but the first follow its discussion."""
    readers = [
        talk.site.telegram.person(name, ("fr", "en")[place % 2]) for place, name in enumerate(names)
    ]
    posts = await talk.post_to(*readers)
    for reader, post in list(zip(readers, posts, strict=True))[1:]:
        await talk.site.press(reader, post, button(reader, "Follow"))
    return readers, dict(zip(readers, posts, strict=True))


BUTTONS = {
    "fr": {"Répondre", "Signaler", "Masquer cette personne"},
    "en": {"Reply", "Report", "Mute this person"},
}


async def test_a_thread_among_five_readers_in_two_languages(talk):
    readers, posts = await meet(talk, "Zoé", "Rob", "Lina", "Tom", "Ève")
    zoe, rob, lina, tom, eve = readers
    status, _ = await talk.publish(zoe, posts[zoe], "La première pierre.", readers[1:])
    for reader in readers[1:]:
        copy = only(reader, "La première pierre.")
        assert copy.reply_to is posts[reader]
        assert "Zoé" in copy.parts("bold")
        assert BUTTONS[reader.user.language] <= set(copy.labels)
    # By the button below the copy, in the other language.
    others = [zoe, lina, tom, eve]
    await talk.publish(rob, only(rob, "La première pierre."), "A second stone.", others)
    assert only(zoe, "A second stone.").reply_to is status
    for reader in (lina, tom, eve):
        answer = only(reader, "A second stone.")
        assert answer.reply_to is only(reader, "La première pierre.")
        assert {"Rob", "Zoé"} <= set(answer.parts("bold"))
    # By answering the copy directly, without any button.
    lina.say("Une troisième, posée dessus.", reply_to=only(lina, "A second stone."))
    card = await talk.card("Une troisième, posée dessus.")
    assert "A second stone." in card.text  # what it answers
    await talk.site.press(talk.basile, card, "Approve")
    for reader in (zoe, tom, eve):
        await talk.site.until(lambda reader=reader: showing(reader, "troisième"))
        assert only(reader, "troisième").reply_to is only(reader, "A second stone.")
    # Nobody is named by anything but a pseudonym.
    for reader in readers:
        shown = [message.html for message in reader.chat.from_bot() if "💬" in message.text]
        assert len(shown) >= 3
        assert not [html for html in shown for one in readers if str(one.id) in html]


async def test_the_discussion_opens_below_a_copy_and_turns(talk):
    readers, posts = await meet(talk, "Zoé", "Rob")
    zoe, rob = readers
    for text in ("Le début.", "La fin."):
        await talk.publish(zoe, posts[zoe], text, [rob])
    await talk.site.press(rob, only(rob, "La fin."), "Discussion (")
    await talk.site.until(lambda: "2 comments" in rob.chat.last.text)
    page = rob.chat.last
    assert page.text.index("Le début.") < page.text.index("La fin.")
    await talk.site.press(rob, page, "Newest first")
    await talk.site.until(lambda: page.text.index("La fin.") < page.text.index("Le début."))


async def test_a_copy_quotes_what_a_chat_cannot_see(talk):
    zoe, rob, late = (talk.site.telegram.person(n, "en") for n in ("Zoe", "Rob", "Late"))
    posts = await talk.post_to(zoe, rob, late)
    await talk.site.press(rob, posts[1], "Follow discussion")
    await talk.publish(zoe, posts[0], "Said before Late came.", [rob])
    await talk.site.press(late, posts[2], "Follow discussion")
    await talk.publish(rob, only(rob, "Said before"), "And this is the answer.", [late])
    copy = only(late, "And this is the answer.")
    assert copy.reply_to is posts[2]
    assert copy.parts("blockquote") == ["Said before Late came."]


async def test_readers_keep_the_approved_wording_while_an_edit_is_under_review(talk):
    zoe, rob = talk.site.telegram.person("Zoé", "fr"), talk.site.telegram.person("Rob", "en")
    post, robs = await talk.post_to(zoe, rob)
    await talk.site.press(rob, robs, "Follow discussion")
    said = await talk.write(zoe, post, "Le pont ouvre lundi.")
    card = await talk.card("Le pont ouvre lundi.")
    await talk.site.press(talk.anne, card, "Approve")
    await talk.site.until(lambda: showing(rob, "lundi"))
    copy = only(rob, "lundi")
    zoe.edit(said, "Le pont ouvre mardi.")
    card = await talk.card("Le pont ouvre mardi.")
    status = await talk.status(zoe, "mardi")
    assert "gardent la précédente" in status.text
    assert "lundi" in card.text  # before
    await talk.site.until_quiet()
    assert "lundi" in copy.text
    assert not copy.edited
    await talk.site.press(talk.basile, card, "Approve")
    await talk.site.until(lambda: "mardi" in copy.text)
    await talk.site.until_quiet()
    assert len([m for m in rob.chat.from_bot() if "Le pont ouvre" in m.text]) == 1


async def test_an_edit_that_is_rejected_leaves_the_approved_wording(talk):
    zoe, rob = talk.site.telegram.person("Zoé", "fr"), talk.site.telegram.person("Rob", "en")
    post, robs = await talk.post_to(zoe, rob)
    await talk.site.press(rob, robs, "Follow discussion")
    status, _ = await talk.publish(zoe, post, "Une phrase aimable.", [rob])
    copy = only(rob, "Une phrase aimable.")
    await talk.site.press(zoe, status, "Modifier")
    await talk.site.until(lambda: zoe.chat.last.reply_markup)
    zoe.say("Une phrase désagréable.", reply_to=zoe.chat.last)
    card = await talk.card("désagréable")
    await talk.site.press(talk.anne, card, "Reject the edit")
    await talk.site.until(lambda: "Off topic" in card.labels)
    await talk.site.press(talk.anne, card, "Off topic")
    await talk.site.until(lambda: showing(zoe, "La version publiée reste"))
    await talk.site.until_quiet()
    assert "aimable" in copy.text
    assert not copy.deleted


async def test_an_appeal_is_decided_by_another_moderator(talk):
    zoe, rob = talk.site.telegram.person("Zoé", "fr"), talk.site.telegram.person("Rob", "en")
    post, robs = await talk.post_to(zoe, rob)
    await talk.site.press(rob, robs, "Follow discussion")
    status, card = await talk.submit(zoe, post, "Un avis qui dérange.")
    await talk.reject(talk.anne, card)
    await talk.site.until(lambda: "hors sujet" in status.text)
    await talk.site.press(zoe, status, "Faire appel")
    await talk.site.until(lambda: zoe.chat.last.reply_markup)
    zoe.say("Je parlais bien de l’article.", reply_to=zoe.chat.last)
    card = await talk.card("Je parlais bien de l’article.")
    again = await talk.site.press(talk.anne, card, "Approve")
    assert again.answer.show_alert
    assert "autre modérateur" in again.answer.text
    assert not showing(rob, "dérange")
    await talk.site.press(talk.basile, card, "Approve")
    await talk.site.until(lambda: showing(rob, "Un avis qui dérange."))
    await talk.site.until(lambda: "✅" in status.text)
    assert not any("appel" in label for label in status.labels)


async def test_a_ban_empties_the_queue_and_removes_what_is_published_on_choice(talk):
    zoe, rob = talk.site.telegram.person("Zoé", "fr"), talk.site.telegram.person("Rob", "en")
    post, robs = await talk.post_to(zoe, rob)
    await talk.site.press(rob, robs, "Follow discussion")
    status, _ = await talk.publish(zoe, post, "Le premier est passé.", [rob])
    copy = only(rob, "Le premier est passé.")
    statuses = [await talk.submit(zoe, post, f"Celui-ci attend, {n}.") for n in "ab"]
    _, card = statuses[0]
    await talk.site.press(talk.anne, card, "Ban")
    await talk.site.until(lambda: any("too" in label for label in card.labels))
    await talk.site.press(talk.anne, card, "24 h")
    await talk.site.until(lambda: showing(zoe, "ne sont plus acceptés"))
    for waiting, _ in statuses:
        await talk.site.until(lambda waiting=waiting: "❌" in waiting.text)
    await talk.site.until_quiet()
    assert not copy.deleted  # not chosen yet
    number = await talk.site.value("SELECT max(id) FROM comments")
    talk.basile.say(f"/ban {number} remove", talk.room)
    await talk.site.until(lambda: copy.deleted)
    await talk.site.until(lambda: "❌" in status.text)
    said = zoe.say("Encore moi.", reply_to=post)
    assert "ne sont plus acceptés" in (await talk.site.answer_to(said)).text
