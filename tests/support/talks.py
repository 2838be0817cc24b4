"""A discussion over the wire: moderators in a group, readers with posts, what they do to comments.

Everything is said, pressed and read as people do it; the product is a process behind a socket.
"""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sandbox.telegram import Chat, Message, Person
from tests.support.site import Site, site_in

WORDS = {
    "en": {
        "Comment": "Comment",
        "Follow": "Follow discussion",
        "Reply": "Reply",
        "Withdraw": "Withdraw",
        "Edit": "Edit",
        "Appeal": "Appeal",
    },
    "fr": {
        "Comment": "Commenter",
        "Follow": "Suivre la discussion",
        "Reply": "Répondre",
        "Withdraw": "Retirer",
        "Edit": "Modifier",
        "Appeal": "Faire appel",
    },
}


def button(person: Person, name: str) -> str:
    """Give the label of a button in a person's language."""
    return WORDS["fr" if person.user.language == "fr" else "en"][name]


def showing(where: Chat | Person, text: str) -> list[Message]:
    """List the messages of the bot that are still there and show a text."""
    chat = where.chat if isinstance(where, Person) else where
    return [message for message in chat.from_bot() if text in message.text]


def only(where: Chat | Person, text: str) -> Message:
    """Give the one message of the bot that shows a text; LookupError while there is none."""
    found = showing(where, text)
    if not found:
        raise LookupError(text)
    assert len(found) == 1, [message.text for message in found]
    return found[0]


@dataclass
class Talk:
    """A site whose readers talk, and its moderators."""

    site: Site
    room: Chat
    """The moderators' chat."""
    anne: Person
    basile: Person
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    async def post_to(self, *readers: Person) -> list[Message]:
        """Publish an article for these readers alone; gives the post that each of them has."""
        name = f"sujet{next(self._numbers)}"
        for reader in readers:
            reader.say(f"/follow {name}")
        await self.site.until(lambda: all(showing(reader, name) for reader in readers))
        self.site.publish(name, title=f"À propos de {name}", tags=(name,), section="")
        await self.site.until(lambda: all(self.site.posts_of(r, name) for r in readers))
        return [self.site.posts_of(reader, name)[0] for reader in readers]

    async def write(self, person: Person, below: Message, text: str) -> Message:
        """Press Comment (or Reply) below a message and send a text; gives the message sent."""
        labels = (button(person, "Comment"), button(person, "Reply"))
        label = next(one for one in labels if one in below.labels)
        person.press(below, label)
        await self.site.until(lambda: _is_prompt(person.chat.last))
        return person.say(text, reply_to=person.chat.last)

    async def card(self, text: str) -> Message:
        """Wait for the card that shows a text, and give it."""
        await self.site.until(lambda: showing(self.room, text))
        return showing(self.room, text)[-1]

    async def status(self, person: Person, text: str) -> Message:
        """Wait for the status message that shows an own comment, and give it."""
        await self.site.until(lambda: self._statuses(person, text))
        return self._statuses(person, text)[-1]

    async def submit(self, person: Person, below: Message, text: str) -> tuple[Message, Message]:
        """Write a comment that waits; gives its status and its card."""
        await self.write(person, below, text)
        return await self.status(person, text), await self.card(text)

    async def publish(
        self, person: Person, below: Message, text: str, receivers: Iterable[Person] = ()
    ) -> tuple[Message, Message]:
        """Write a comment, have it approved and wait until it reached everybody it should."""
        status, card = await self.submit(person, below, text)
        await self.site.press(self.anne, card, "Approve")
        await self.site.until(lambda: "✅" in status.text)
        await self.site.until(lambda: all(showing(reader, text) for reader in receivers))
        return status, card

    async def reject(self, moderator: Person, card: Message, reason: str = "Off topic") -> None:
        """Reject for a reason of the list."""
        await self.site.press(moderator, card, "Reject")
        await self.site.until(lambda: any(reason in label for label in card.labels))
        await self.site.press(moderator, card, reason)

    def _statuses(self, person: Person, text: str) -> list[Message]:
        withdraw = button(person, "Withdraw")
        return [m for m in showing(person, text) if any(withdraw in one for one in m.labels)]


@asynccontextmanager
async def talk_in(folder: Path, *, latency: float = 0.0, **settings: object) -> AsyncIterator[Talk]:
    """Set a site up with two moderators; the product is not started. Cards are in English."""
    defaults: dict[str, object] = {
        "DEFAULT_LANGUAGE": "en",
        "RELAY_UNDO_SECONDS": 0,
    }
    async with site_in(folder, latency=latency, **{**defaults, **settings}) as site:
        anne, basile = site.telegram.person("Anne", "fr"), site.telegram.person("Basile", "en")
        room = site.telegram.group("Modération", [anne, basile])
        room.admins.add(basile.id)
        site.relais.settings["MODERATION_CHAT_ID"] = str(room.id)
        site.relais.program = "tests.support.hurried"
        yield Talk(site, room, anne, basile)


async def assert_clean(site: Site) -> None:
    """Fail where Telegram refused anything, or an update or a message was given up on."""
    await site.until_quiet()
    refused = [call for call in site.telegram.calls if call.status not in (200, None)]
    told = [(call.method, call.description, call.params) for call in refused]
    assert not told, told
    assert await site.value("SELECT count(*) FROM inbox WHERE state = 2") == 0
    assert await site.value("SELECT count(*) FROM outbox WHERE state = 4") == 0


def _is_prompt(message: Message) -> bool:
    return bool(message.reply_markup and "force_reply" in message.reply_markup)
