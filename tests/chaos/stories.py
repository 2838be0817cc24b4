"""Comments and summaries from beginning to end, told by people who do not mind how often we die.

Each story presses and says everything once and waits for what must come of it; what came is
counted afterwards.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from sandbox.telegram import Message, Person
from tests.support.killing import Tally
from tests.support.talks import Talk, button, showing

STEP_SECONDS = 240.0
FOLLOWERS = 4
Ending = Literal["approved", "withdrawn", "rejected"]
READ = {"Read the article", "Lire l’article"}
ENDINGS: tuple[Ending, ...] = ("approved", "withdrawn", "rejected")


@dataclass
class Story:
    """One comment on an article that all have a post of."""

    talk: Talk
    article: str
    author: Person
    text: str
    ending: Ending
    followers: list[Person]

    async def run(self) -> None:
        """Follow, write, decide, relay, withdraw."""
        follows = [
            one.press(self.talk.site.posts_of(one, self.article)[0], button(one, "Follow"))
            for one in self.followers
        ]
        await self._until(lambda: all(press.answer for press in follows))
        post = self.talk.site.posts_of(self.author, self.article)[0]
        self.author.press(post, button(self.author, "Comment"))
        prompt = await self._seen(lambda: _prompts(self.author, post))
        self.author.say(self.text, reply_to=prompt)
        if self.ending == "rejected":
            await self._decide("Reject", lambda: self._cards("Off topic"))
            self.talk.anne.press(self._cards("Off topic")[-1], "Off topic")
            await self._until(lambda: any("❌" in one.text for one in self._statuses()))
            return
        await self._decide(
            "Approve", lambda: all(showing(one, self.text) for one in self.followers)
        )
        if self.ending == "withdrawn":
            withdraw = button(self.author, "Withdraw")
            status = await self._seen(
                lambda: [m for m in self._statuses() if any(withdraw in one for one in m.labels)]
            )
            self.author.press(status, withdraw)

    async def _decide(self, label: str, done: Callable[[], object]) -> None:
        """Press a button of the card; once more where a newer card came instead.

        In a supergroup a card of unknown fate may be doubled: a press on the one that is not
        known brings a card that is.
        """
        pressed = 0
        while True:
            await self._until(lambda than=pressed: done() or self._newer(label, than))
            if done():
                return
            card = self._newer(label, pressed)[-1]
            pressed = card.message_id
            self.talk.anne.press(card, label)

    def _newer(self, label: str, than: int) -> list[Message]:
        return [card for card in self._cards(label) if card.message_id > than]

    def count(self, tally: Tally) -> None:
        """Count the copies that stand, those that ever were, and the cards and statuses."""
        wanted = int(self.ending == "approved")
        for follower in self.followers:
            name = f"{self.ending} {self.text} at {follower.name}"
            standing = len(showing(follower, self.text))
            ever = sum(self.text in m.text for m in follower.chat.messages if m.is_from_bot)
            tally.expected += 1
            if standing < wanted:
                tally.lost.append(name)
            if standing > wanted or ever > 1:
                tally.doubled.append(f"{name}: {standing} standing, {ever} ever")
        if self.ending != "withdrawn":  # what is taken back is shown to nobody
            tally.count([self.text], {self.text: len(self._statuses())})

    def _cards(self, label: str) -> list[Message]:
        cards = showing(self.talk.room, self.text)
        return [card for card in cards if any(label in one for one in card.labels)]

    def _statuses(self) -> list[Message]:
        return showing(self.author, self.text)

    async def _seen(self, look: Callable[[], list[Message]]) -> Message:
        await self._until(look)
        return look()[-1]

    async def _until(self, holds: Callable[[], object]) -> None:
        await self.talk.site.telegram.wait_until(holds, STEP_SECONDS)


@dataclass
class Reading:
    """One press on Summary below a post."""

    reader: Person
    post: Message

    def press(self) -> None:
        """Ask for the summary."""
        self.reader.press(self.post, "Résumé" if self.reader.user.language == "fr" else "Summary")

    def count(self, tally: Tally) -> None:
        """Count the answers that stand below the post."""
        name = f"summary of {self.post.message_id} for {self.reader.name}"
        answers = [
            message
            for message in self.reader.chat.from_bot()
            if message.reply_to is self.post and READ & set(message.labels)
        ]
        tally.count([name], {name: len(answers)})


class Stories:
    """Stories and readings that go on side by side, one of each below every article."""

    def __init__(self, talk: Talk, readers: list[Person], rng: random.Random) -> None:
        self.talk = talk
        self.readers = readers
        self.rng = rng
        self.stories: list[Story] = []
        self.readings: list[Reading] = []
        self._waiting: list[str] = []
        self._tasks: list[asyncio.Task[None]] = []

    def publish(self, article: str) -> None:
        """Publish an article; its story begins when all have its post.

        Not while many are unread: a feed holds its newest twenty, older ones are gone unread.
        """
        if len(self._waiting) > 5:
            return
        self.talk.site.publish(article, title=f"Sujet {article}")
        self._waiting.append(article)

    def begin(self) -> None:
        """Begin a story and a reading for each article that has arrived everywhere."""
        posts_of = self.talk.site.posts_of
        for article in list(self._waiting):
            if all(posts_of(reader, article) for reader in self.readers):
                self._waiting.remove(article)
                self._begin(article)

    def _begin(self, article: str) -> None:
        author, reader, *followers = self.rng.sample(self.readers, 2 + FOLLOWERS)
        number = len(self.stories)
        text, ending = f"Pensée numéro {number}z.", ENDINGS[number % len(ENDINGS)]
        self.stories.append(Story(self.talk, article, author, text, ending, followers))
        self.readings.append(Reading(reader, self.talk.site.posts_of(reader, article)[0]))
        self.readings[-1].press()
        self._tasks.append(asyncio.create_task(self.stories[-1].run()))

    async def finish(self) -> None:
        """Wait until every article has arrived and every story has come to its end."""
        await self.talk.site.telegram.wait_until(
            lambda: self.begin() or not self._waiting, STEP_SECONDS
        )
        await asyncio.gather(*self._tasks)

    def cancel(self) -> None:
        """Give up what is under way: the test failed."""
        for task in self._tasks:
            task.cancel()


def _prompts(person: Person, post: Message) -> list[Message]:
    return [
        message
        for message in person.chat.from_bot()
        if message.reply_to is post and "force_reply" in (message.reply_markup or {})
    ]
