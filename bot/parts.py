"""Every part of the running bot, made from the settings and wired together."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Any, Self

import aiohttp
from telegram import Update

from bot.clock import SystemClock
from bot.comments.desks import Desks
from bot.comments.relay import Relay
from bot.comments.roll_call import RollCall
from bot.comments.upkeep import Upkeep
from bot.config import Settings
from bot.delivery.gateway import Gateway
from bot.delivery.outcomes import Outcome
from bot.delivery.pacing import Rates
from bot.delivery.sender import Sender
from bot.jobs.acts import Checkpoints, FeedProbes
from bot.jobs.worker import JobWorker
from bot.news.distribute import Distributor
from bot.news.page_reader import PageReader
from bot.news.politeness import HostLedger
from bot.news.poller import Poller, PollRules
from bot.news.probe import Prober
from bot.news.reading import FeedReader
from bot.ops.clock_watch import ClockWatch
from bot.ops.health import HealthServer
from bot.ops.housekeeping import Housekeeping
from bot.ops.metrics import Metrics
from bot.ops.notices import FeedWatch, Notifier
from bot.ops.schedule import Bells
from bot.start import add_feeds
from bot.summary.allowance import Allowance, Caps
from bot.summary.making import SummaryMaker
from bot.summary.provider import ChatSummarizer, Endpoint
from bot.summary.worker import SummaryActs
from bot.tools import Tools, open_tools
from bot.updates.dispatch import Dispatcher
from bot.updates.intake import Intake
from handlers import command_table, routes
from handlers.comment_settings import load_comment_rules
from handlers.menus import send_menus
from handlers.messages import Features, render_post, to_payload
from handlers.privacy import CHECKPOINT
from handlers.probes import PROBE
from handlers.summaries import SUMMARIZE
from handlers.texts import Catalogue
from handlers.turn import Setup, Turn, open_turn
from storage.database import Database, Transaction
from storage.model import Article, Language, OutboxRow
from storage.parked import ParkedKind
from storage.retention import Keep

log = logging.getLogger(__name__)

TICK_SECONDS = 1.0
LOOK_SECONDS = 15.0
HOUR_SECONDS = 3600.0
# Longer than this without an answer to getUpdates, the bot is deaf.
DEAF_SECONDS = 120.0

Run = Callable[[], Awaitable[None]]


class Parts:
    """The parts of one process, made from the settings; `open` also closes what they hold."""

    def __init__(self, settings: Settings, tools: Tools, clock: SystemClock) -> None:
        self._settings = settings
        self._tools = tools
        self._db = tools.db
        self._clock = clock
        self._texts = Catalogue.load()
        self._setup = _setup(settings, tools.bot_username)
        self.metrics = Metrics()
        self.notifier = Notifier(settings.admin_ids, self._texts, settings.default_language)
        self.bells = Bells()
        self._hosts = HostLedger()
        self.sender = self._make_sender()
        self.summaries = self._make_summaries()
        self.distributor = Distributor(
            self._db,
            self._render_post,
            clock,
            on_committed=self.sender.wake,
            complete=self.summaries.complete,
        )
        desks = Desks(self._db, self._setup, self._texts, clock, self.sender.wake)
        self.relay = Relay(desks)
        self.jobs = self._make_jobs()
        self.dispatcher = self._make_dispatcher()
        self.intake = self._make_intake()
        self.poller = self._make_poller()
        watch = FeedWatch(self._db, self.notifier)
        self.housekeeping = Housekeeping(self._db, watch, self.metrics, clock, Keep())
        self.upkeep = Upkeep(desks)
        self.roll_call = RollCall(desks, tools.application.bot)
        self.clock_watch = ClockWatch(self._db, clock, on_back=self._on_clock_back)
        self._set_bells()

    @classmethod
    @asynccontextmanager
    async def open(cls, settings: Settings) -> AsyncIterator[Self]:
        """Open the tools and make the parts; the web listener listens where it is set.

        Raises what `open_tools` does, and ConfigError where the listener's port is taken.
        """
        clock = SystemClock()
        async with AsyncExitStack() as stack:
            tools = await stack.enter_async_context(open_tools(settings, clock))
            parts = cls(settings, tools, clock)
            await parts._prepare()
            if settings.web_port is not None:
                server = HealthServer(settings.web_port, parts.metrics, parts.report)
                port = await server.start()
                stack.push_async_callback(server.stop)
                log.info("listening", extra={"address": f"127.0.0.1:{port}"})
            yield parts

    def loops(self) -> list[tuple[str, Run]]:
        """Give the loops in the order in which they start."""
        return [
            ("storage", self._db.watch),
            ("clock", self.clock_watch.run),
            ("sender", self.sender.run),
            ("relay", self.relay.run),
            ("jobs", self.jobs.run),
            ("distribution", self.distributor.run),
            ("poller", self.poller.run),
            ("dispatch", self.dispatcher.run),
            ("intake", self.intake.run),
        ]

    async def report(self) -> dict[str, Any]:
        """Give what /healthz shows: whether Telegram and the database answer, and the queues."""
        counts = await self.housekeeping.count()
        last = self.intake.last_answer_at
        silent = None if last is None else self._clock.now() - last
        is_ok = silent is not None and silent < DEAF_SECONDS
        return {"ok": is_ok, "seconds_since_telegram": silent and round(silent), **counts}

    async def _prepare(self) -> None:
        now = int(self._clock.now())
        self.intake.last_answer_at = now  # getMe was answered a moment ago
        self._tools.application.add_handlers(routes(self._setup.features))
        await add_feeds(self._db, self._settings.feed_urls, now=now)
        await self._send_menus()
        await self.roll_call.ask()

    def _set_bells(self) -> None:
        self.bells.every(TICK_SECONDS, self.poller.wake, "poll")
        self.bells.every(TICK_SECONDS, self.distributor.wake, "distribute")
        self.bells.every(TICK_SECONDS, self.jobs.wake, "jobs")
        # What the shell lets be tried again.
        self.bells.every(LOOK_SECONDS, self.dispatcher.wake, "inbox")
        self.bells.every(HOUR_SECONDS, self._tidy, "tidy")

    async def _tidy(self) -> None:
        await self.housekeeping.tidy()
        await self.upkeep.tidy()
        await self.roll_call.ask()
        await self._send_menus()
        self.sender.wake()

    async def _send_menus(self) -> None:
        rows = command_table(self._setup.features)
        now_ms = int(self._clock.now() * 1000)
        async with self._db.transaction() as tx:
            await send_menus(tx, rows, self._texts, self._setup, now_ms=now_ms)

    def _make_sender(self) -> Sender:
        settings = self._settings
        gateway = Gateway(
            self._tools.sends,
            api_url=settings.telegram_api_url,
            token=settings.telegram_bot_token,
            paid=settings.paid_broadcast,
        )
        return Sender(
            self._db,
            gateway,
            Rates.of(settings.messages_per_second, paid=settings.paid_broadcast),
            self._clock,
            on_parked=self._tell_parked_message,
            on_attempt=self._on_attempt,
        )

    def _make_dispatcher(self) -> Dispatcher:
        return Dispatcher(
            self._db,
            self._tools.application,
            self._open_turn,
            clock=self._clock,
            on_committed=self._on_handled,
            on_parked=partial(self._tell_parked, "update"),
        )

    def _make_intake(self) -> Intake:
        return Intake(
            self._db,
            self._tools.updates,
            api_url=self._settings.telegram_api_url,
            token=self._settings.telegram_bot_token,
            clock=self._clock,
            on_stored=self._on_stored,
        )

    def _make_poller(self) -> Poller:
        return Poller(
            self._db,
            FeedReader(self._db, self._tools.fetcher, self._tools.pool, self._clock),
            PollRules(interval=self._settings.poll_interval_seconds),
            self._clock,
            hosts=self._hosts,
            on_stored=self.distributor.wake,
            tell=self.notifier.tell_of_feed,
            on_told=self.sender.wake,
            metrics=self.metrics,
        )

    def _make_jobs(self) -> JobWorker:
        prober = Prober(self._tools.fetcher, self._tools.pool)
        probes = FeedProbes(self._db, prober, self._texts, self._clock, self.sender.wake)
        summaries = SummaryActs(
            self._db, self.summaries, self._texts, self._clock, self.sender.wake
        )
        acts = {
            PROBE: probes.do,
            CHECKPOINT: Checkpoints(self._db).do,
            SUMMARIZE: summaries.do,
        }
        on_parked = partial(self._tell_parked, "job")
        return JobWorker(self._db, acts, self._clock, on_parked=on_parked)

    def _make_summaries(self) -> SummaryMaker:
        tools, now = self._tools, self._clock.now
        pages = PageReader(tools.fetcher, tools.pool, self._hosts, self._clock.monotonic)
        chat = None if tools.chat is None else _chat(self._settings, tools.chat, self._db, now)
        return SummaryMaker(self._db, pages, self._clock, chat)

    def _render_post(self, article: Article, language: Language) -> dict[str, Any]:
        return to_payload(render_post(article, language, self._texts, self._setup.features))

    async def _open_turn(self, tx: Transaction, update: Update, received_at: int) -> Turn | None:
        return await open_turn(
            tx,
            update,
            setup=self._setup,
            texts=self._texts,
            now_ms=round(self._clock.now() * 1000),
            received_at=received_at,
        )

    def _on_stored(self, updates: int) -> None:
        self.metrics.updates.inc(updates)
        self.dispatcher.wake()

    def _on_handled(self) -> None:
        self.sender.wake()
        self.jobs.wake()
        self.relay.wake()
        self.poller.wake()

    def _on_clock_back(self) -> None:
        self.bells.reset()
        for loop in (self.poller, self.jobs, self.relay, self.sender):
            loop.wake()

    def _on_attempt(self, row: OutboxRow, outcome: Outcome, seconds: float) -> None:
        lane, name = row.lane.name.lower(), type(outcome).__name__.lower()
        self.metrics.sends.labels(lane, name).inc()
        self.metrics.send_seconds.observe(seconds)

    async def _tell_parked(self, kind: ParkedKind, subject: int, reason: str) -> None:
        now = int(self._clock.now())
        async with self._db.transaction() as tx:
            await self.notifier.tell_of_parked(tx, kind, subject, reason, now=now)
        self.sender.wake()

    async def _tell_parked_message(self, tx: Transaction, row: OutboxRow, reason: str) -> None:
        now = int(self._clock.now())
        await self.notifier.tell_of_parked_message(tx, row, reason, now=now)


def _setup(settings: Settings, bot_username: str) -> Setup:
    return Setup(
        bot_username=bot_username,
        default_language=settings.default_language,
        admin_ids=settings.admin_ids,
        moderation_chat_id=settings.moderation_chat_id,
        features=Features(
            summaries=True,
            comments=settings.moderation_chat_id is not None,
            chat_model=settings.summary_api_url is not None,
        ),
        comment_rules=load_comment_rules(settings.comment_rules_path),
        relay_undo_seconds=settings.relay_undo_seconds,
    )


def _chat(
    settings: Settings,
    session: aiohttp.ClientSession,
    db: Database,
    now: Callable[[], float],
) -> ChatSummarizer:
    """Make the summariser of the operator's chat endpoint."""
    key = settings.summary_api_key
    assert settings.summary_api_url is not None
    assert settings.summary_model is not None
    endpoint = Endpoint(
        settings.summary_api_url,
        settings.summary_model,
        None if key is None else key.get_secret_value(),
    )
    caps = Caps(settings.summary_daily_limit, settings.summary_reader_daily_limit)
    return ChatSummarizer(session, endpoint, Allowance(db, caps, now), now)
