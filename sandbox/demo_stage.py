"""The stage of the demo and of the tour: Telegram, newsroom, people and the real bot, set up.

Everything is on 127.0.0.1 and in a temporary folder; nothing is left when the stage is closed.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sandbox.demo_bot import BotProcess
from sandbox.newsroom import Article, Newsroom, load_samples
from sandbox.telegram import Chat, Message, Person, TelegramServer
from sandbox.web import Seat

TOKEN = "5550001:a-token-for-this-machine-only"
READY_SECONDS = 30.0

BACKLOG = (
    "montre-bergers",
    "rovers-pitch",
    "maison-des-reparations",
    "offline-maps",
    "reconditionne-xiaomi",
    "ferries-get-5g",
)
"""Samples that the papers have published before the bot looks at them for the first time."""

COMING = (
    "cinq-g-vallee-lescure",
    "harbour-repair-fair",
    "tramway-ligne-c",
    "night-bus",
    "batterie-ampelia",
    "stonebridge",
    "cyclistes-de-vauclaire",
    "northmoor-cycling",
    "navire-armorine",
    "school-servers",
    "moulin-de-combelongue",
    "tidal-battery",
    "assistant-luciole",
    "quillion-chip",
    "nuit-de-la-bibliotheque",
)
"""Samples that appear one after the other while the demo runs."""

DRAFTS = ("orvella-lance-le-brin", "kestrel-mobile-k2", "library-of-things")
"""Samples that wait in the form of the newsroom's desk."""

FOLLOWED = {
    "Amélie": "Marché Smartphones, 5G, Vauclaire, Ruralité, Réseaux, Objets connectés",
    "Jonah": "5G, Xiaomi, Northmoor, Research, Open source",
}
"""What the two readers follow before the page opens."""


class BotFailed(Exception):
    """The bot's process ended, or never got ready; the text holds its last lines."""


@dataclass(frozen=True)
class Stage:
    """Who and what takes part."""

    telegram: TelegramServer
    newsroom: Newsroom
    bot: BotProcess
    amelie: Person
    jonah: Person
    noor: Person
    sacha: Person
    moderators: Chat

    @property
    def seats(self) -> tuple[Seat, ...]:
        """The parts that the page can play."""
        return (
            Seat("amelie", self.amelie, "reader", self.amelie.chat),
            Seat("jonah", self.jonah, "reader", self.jonah.chat),
            Seat("noor", self.noor, "operator", self.noor.chat),
            Seat("moderators", self.sacha, "moderator", self.moderators),
        )

    async def until_ready(self) -> None:
        """Wait until the bot polls Telegram and has stored every feed; BotFailed otherwise.

        A feed is stored before the bot asks for it a second time.
        """
        feeds = [self.newsroom.feed_url(paper) for paper in self.newsroom.publications]
        await self._until(lambda: self.telegram.calls_of("getUpdates"))
        await self._until(lambda: all(len(self.newsroom.requests_to(feed)) > 1 for feed in feeds))

    async def _until(self, holds: Callable[[], object]) -> None:
        ended = asyncio.create_task(self.bot.wait())
        try:
            async with asyncio.timeout(READY_SECONDS):
                while not holds():
                    await asyncio.wait({ended}, timeout=0.05)
                    if ended.done():
                        raise BotFailed(f"The bot ended while starting:\n{self.bot.tail()}")
        except TimeoutError:
            raise BotFailed(
                f"The bot was not ready within {READY_SECONDS:.0f} s:\n{self.bot.tail()}"
            ) from None
        finally:
            ended.cancel()


@asynccontextmanager
async def open_stage(*, undo_seconds: int, moderators_meet: bool = True) -> AsyncIterator[Stage]:
    """Start everything and give it once the bot is ready; stop everything afterwards.

    Comments wait in a group, or with one moderator in private where `moderators_meet` is false:
    Telegram allows a message every three seconds in a group, one a second in private.
    """
    with tempfile.TemporaryDirectory(prefix="relais-demo-") as folder:
        async with TelegramServer(TOKEN) as telegram, Newsroom() as newsroom:
            amelie = telegram.person("Amélie", "fr")
            jonah = telegram.person("Jonah", "en")
            noor = telegram.person("Noor", "en")
            sacha = telegram.person("Sacha", "en")
            if moderators_meet:
                moderators = telegram.group("Moderators", [sacha, noor])
            else:
                moderators = sacha.say("/start").chat
            _publish_backlog(newsroom)
            settings = {
                "TELEGRAM_BOT_TOKEN": TOKEN,
                "TELEGRAM_API_URL": telegram.url,
                "DATABASE_PATH": str(Path(folder) / "relais.db"),
                "FEED_URLS": " ".join(map(newsroom.feed_url, newsroom.publications)),
                "ADMIN_IDS": str(noor.id),
                "MODERATION_CHAT_ID": str(moderators.id),
                "POLL_INTERVAL_SECONDS": "1",
                "ALLOW_PRIVATE_NETWORKS": "true",
                "DEFAULT_LANGUAGE": "en",
                "RELAY_UNDO_SECONDS": str(undo_seconds),
            }
            bot = BotProcess(Path(folder), settings)
            try:
                await bot.start()
                stage = Stage(telegram, newsroom, bot, amelie, jonah, noor, sacha, moderators)
                await stage.until_ready()
                yield stage
            finally:
                await bot.stop()


async def settle_in(stage: Stage) -> None:
    """Let the readers and the operator say what people say first, and wait for each answer."""
    for person in (stage.amelie, stage.jonah, stage.noor):
        await ask(stage, person, "/start")
        if person.name in FOLLOWED:
            await ask(stage, person, f"/follow {FOLLOWED[person.name]}")


async def ask(stage: Stage, person: Person, text: str) -> Message:
    """Say something to the bot and give its answer; AssertionError when none comes."""
    said = person.say(text)
    await stage.telegram.wait_until(lambda: person.chat.last.message_id > said.message_id)
    return person.chat.last


def take_samples(names: Iterable[str]) -> tuple[Article, ...]:
    """Give samples by their names, without their dates: they are published now."""
    by_id = {article.id: article for article in load_samples()}
    return tuple(replace(by_id[name], published=None) for name in names)


def _publish_backlog(newsroom: Newsroom) -> None:
    now = datetime.now(UTC)
    for place, article in enumerate(take_samples(BACKLOG)):
        hours = 3 * (len(BACKLOG) - place)
        newsroom.publish(replace(article, published=now - timedelta(hours=hours)))
