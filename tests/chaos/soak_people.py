"""What the readers and the moderator of the soak do, as long as it lasts."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Coroutine
from typing import Any

from sandbox.telegram import Chat, Message, Person
from tests.support.site import Site

COMMANDS = (
    "/following",
    "/latest",
    "/tags",
    "/search text",
    "/search nowhere",
    "/settings",
    "/help",
    "/follow topic1",
)
LABELS = {"summary": ("Summary", "Résumé"), "comment": ("Comment", "Commenter"),
          "follow": ("Follow discussion", "Suivre la discussion"),
          "withdraw": ("Withdraw", "Retirer")}  # fmt: skip
RECENT = 12  # messages of a chat to look for a button in


class Audience:
    """Readers who ask, read summaries, talk and follow; and a moderator who decides."""

    def __init__(self, site: Site, readers: list[Person], moderator: Person, room: Chat) -> None:
        self.site = site
        self.readers = readers
        self.moderator = moderator
        self.room = room
        self.done: Counter[str] = Counter()
        self._rng = random.Random(5)
        self._decided: set[int] = set()
        self._unanswered: list[tuple[Person, int]] = []

    def habits(self) -> list[Coroutine[Any, Any, None]]:
        """What goes on side by side, each at its own pace."""
        return [
            self._every(0.5, self._ask),
            self._every(6, self._read_summary),
            self._every(20, self._comment),
            self._every(5, self._answer_prompts),
            self._every(8, self._follow_discussion),
            self._every(20, self._decide),
            self._every(120, self._withdraw),
        ]

    def figures(self) -> dict[str, object]:
        """Give how often each habit had its way."""
        return {f"people: {name}": count for name, count in sorted(self.done.items())}

    async def _every(self, seconds: float, act: Any) -> None:
        while True:
            await asyncio.sleep(seconds * self._rng.uniform(0.5, 1.5))
            self.done[act.__name__.strip("_")] += bool(act())

    def _ask(self) -> bool:
        self._rng.choice(self.readers).say(self._rng.choice(COMMANDS))
        return True

    def _read_summary(self) -> bool:
        return self._press("summary") is not None

    def _follow_discussion(self) -> bool:
        return self._press("follow") is not None

    def _withdraw(self) -> bool:
        return self._press("withdraw") is not None

    def _comment(self) -> bool:
        person = self._press("comment")
        if person is not None:
            self._unanswered.append((person, person.chat.messages[-1].message_id))
        return person is not None

    def _answer_prompts(self) -> bool:
        """Write the comments that were asked for meanwhile."""
        waiting, self._unanswered = self._unanswered, []
        written = 0
        for person, asked in waiting:
            prompt = next((m for m in person.chat.messages[-RECENT:] if _is_prompt(m, asked)), None)
            if prompt is None:
                self._unanswered.append((person, asked))
            else:
                number = self.done["answer_prompts"] + written
                person.say(f"A thought of mine, number {number}.", reply_to=prompt)
                written += 1
        return bool(written)

    def _decide(self) -> bool:
        """Approve the oldest card that is open, or reject it now and then."""
        for card in self.room.messages[-40:]:
            if card.deleted or card.message_id in self._decided:
                continue
            if _has(card, "Off topic"):
                self._decided.add(card.message_id)
                self.moderator.press(card, "Off topic")
                return True
            if _has(card, "Approve"):
                is_rejected = self._rng.random() < 0.2 and _has(card, "Reject")
                self.moderator.press(card, "Reject" if is_rejected else "Approve")
                if not is_rejected:
                    self._decided.add(card.message_id)
                return True
        return False

    def _press(self, name: str) -> Person | None:
        """Let somebody who has such a button press it; None where nobody was found."""
        for person in self._rng.sample(self.readers, 200):
            for message in reversed(person.chat.messages[-RECENT:]):
                labels = [label for label in LABELS[name] if _has(message, label)]
                if message.is_from_bot and not message.deleted and labels:
                    person.press(message, labels[0])
                    return person
        return None


def _has(message: Message, label: str) -> bool:
    return any(label in one for one in message.labels)


def _is_prompt(message: Message, after: int) -> bool:
    markup = message.reply_markup or {}
    return message.message_id > after and message.is_from_bot and "force_reply" in markup
