"""The acts about comments: written, approved, relayed, withdrawn; and one that is turned down."""

from sandbox.telegram import Message
from sandbox.tour_script import Script

APPROVED = "À Saint-Elvin, on capte enfin depuis la cuisine, et les hirondelles vont bien."
REJECTED = "Buy my antennas, they are the best antennas."


async def discuss(script: Script) -> None:
    """A comment is held, approved in the moderators' chat, and reaches who follows."""
    script.title("A comment, read by a moderator before it reaches anybody")
    stage = script.stage
    amelie, jonah, sacha = stage.amelie, stage.jonah, stage.sacha
    tap = script.press(jonah, script.kept["jonah"], "Follow discussion", "Suivre la discussion")
    await script.toast(tap, "an answer to Follow discussion")
    await _write(script, script.kept["amelie"], APPROVED)
    card = await script.answer(
        stage.moderators, "a card with the exact words", lambda message: APPROVED in message.text
    )
    await script.expect(
        "nothing at Jonah’s before the decision",
        lambda: not _find(jonah.chat.from_bot(), APPROVED),
    )
    script.press(sacha, card, "Approve", "Approuver")
    copy = await script.answer(
        jonah.chat, "the approved comment at Jonah’s", lambda message: APPROVED in message.text
    )
    await script.expect(
        "it as a reply to Jonah’s own copy of the post",
        lambda: copy.reply_to is script.kept["jonah"],
    )
    await script.expect(
        "no copy for its author, who is told instead",
        lambda: _find(amelie.chat.from_bot(), "✅"),
        amelie.chat,
    )
    script.kept["copy"] = copy


async def withdraw(script: Script) -> None:
    """The author takes the comment back, and it disappears everywhere."""
    script.title("The author takes it back")
    copy = script.kept["copy"]
    script.press(script.stage.amelie, _list_statuses(script)[-1], "Withdraw", "Retirer")
    await script.expect("the copy gone from Jonah’s chat", lambda: copy.deleted)


async def turn_down(script: Script) -> None:
    """A comment is rejected with a reason, which its author learns; nobody else sees it."""
    script.title("Another comment, turned down with a reason")
    stage = script.stage
    await _write(script, script.kept["jonah"], REJECTED)
    card = await script.answer(
        stage.moderators, "a second card", lambda message: REJECTED in message.text
    )
    before = set(card.labels)

    def list_reasons() -> list[str]:
        return [label for label in card.labels if label not in before and "‹" not in label]

    script.press(stage.sacha, card, "Reject", "Rejeter")
    await script.expect("buttons with reasons on the card", list_reasons, stage.moderators)
    script.press(stage.sacha, card, list_reasons()[0])
    await script.expect(
        "the reason told to the author",
        lambda: _find(stage.jonah.chat.from_bot(), "❌"),
        stage.jonah.chat,
    )
    await script.expect(
        "nothing of it at Amélie’s", lambda: not _find(stage.amelie.chat.from_bot(), REJECTED)
    )


async def _write(script: Script, post: Message, text: str) -> None:
    """Press Comment under a post and send the text in reply to the prompt."""
    person = post.chat.person
    if person is None:
        raise ValueError("a post to comment on lies in a private chat")
    script.press(person, post, "Comment", "Commenter")
    prompt = await script.answer(
        post.chat,
        "a prompt for the comment",
        lambda message: message.reply_markup and "force_reply" in message.reply_markup,
        after=post,
    )
    script.say(person, text, reply_to=prompt)


def _list_statuses(script: Script) -> list[Message]:
    """The messages in which the bot tells Amélie how her comment fares."""
    return _find(script.stage.amelie.chat.from_bot(), APPROVED)


def _find(messages: list[Message], text: str) -> list[Message]:
    return [message for message in messages if text in message.text]
