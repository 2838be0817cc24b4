"""The senders that are measured: ours, and what people would use instead."""

from __future__ import annotations

import asyncio
import resource
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from benchmarks.telegram_process import Server
from bot.clock import SystemClock
from bot.delivery.gateway import Gateway
from bot.delivery.outcomes import Delivered, Outcome
from bot.delivery.pacing import Rates
from bot.delivery.sender import Sender
from bot.delivery.transport import AiohttpRequest
from storage.database import Database
from storage.model import Draft, Lane, OutboxRow
from storage.outbox import add_body, enqueue

TEXT = (
    '<a href="https://gazette.example/a">Un titre d’une longueur ordinaire</a>\n\n'
    "Un chapeau de deux phrases. Il dit l’essentiel de l’article en peu de mots.\n\n"
    "<i>La Gazette, 15 janvier</i>\n#5G #Mobilité"
)
KEYBOARD = {
    "inline_keyboard": [
        [{"text": "Résumé", "callback_data": "s:1"}, {"text": "Commenter", "callback_data": "c:1"}]
    ]
}
PAID_PER_SECOND = 1000
AT_ONCE = 256


@dataclass
class Job:
    """Chats that get a post, readers who ask something meanwhile, and what it cost."""

    posts: list[int]
    readers: list[int]
    paid: bool
    cpu_seconds: float = 0.0
    wall_seconds: float = 0.0

    @asynccontextmanager
    async def measured(self) -> AsyncIterator[None]:
        """Count the time and the CPU of this process."""
        began, used = time.perf_counter(), _cpu_seconds()
        yield
        self.wall_seconds = time.perf_counter() - began
        self.cpu_seconds = _cpu_seconds() - used

    async def ask(self, answer: Callable[[int, str], Awaitable[object]]) -> None:
        """Have a reader ask every second until cancelled; nobody waits for the answer."""
        async with asyncio.TaskGroup() as group:
            number = 0
            while True:
                await asyncio.sleep(1.0)
                reader = self.readers[number % len(self.readers)]
                group.create_task(_ignore(answer(reader, f"answer {time.monotonic()}")))
                number += 1


async def send_with_relais(server: Server, job: Job) -> None:
    """Send through the outbox: claim, request, receipt."""
    with tempfile.TemporaryDirectory() as folder:
        db = await Database.open(Path(folder) / "relais.db")
        request = AiohttpRequest(connections=AT_ONCE)
        await request.initialize()
        try:
            await _fill(db, job)
            await _drain(db, request, server, job)
        finally:
            await request.shutdown()
            await db.close()


async def _fill(db: Database, job: Job) -> None:
    async with db.transaction() as tx:
        body = await add_body(tx, {"text": TEXT, "reply_markup": KEYBOARD}, now=1)
        await tx.many(
            "INSERT INTO outbox (chat_id, lane, method, body_id, article_id, once, due_ms)"
            " VALUES (?, ?, 'sendMessage', ?, 1, 1, 0)",
            [(chat_id, Lane.POST, body) for chat_id in job.posts],
        )


async def _drain(db: Database, request: AiohttpRequest, server: Server, job: Job) -> None:
    left, done = len(job.posts), asyncio.Event()

    def count(row: OutboxRow, outcome: Outcome, _: float) -> None:
        nonlocal left
        left -= row.lane == Lane.POST and isinstance(outcome, Delivered)
        if not left:
            done.set()

    gateway = Gateway(request, api_url=server.url, token=SecretStr(server.token), paid=job.paid)
    rates = Rates.of(PAID_PER_SECOND if job.paid else 30, paid=job.paid)
    sender = Sender(db, gateway, rates, SystemClock(), on_attempt=count)

    async def answer(reader: int, text: str) -> None:
        async with db.transaction() as tx:
            draft = Draft(reader, Lane.REPLY, payload={"text": text})
            await enqueue(tx, draft, now_ms=round(time.time() * 1000))
        sender.wake()

    async with job.measured(), asyncio.TaskGroup() as group:
        sending = group.create_task(sender.run())
        asking = group.create_task(job.ask(answer))
        await done.wait()
        asking.cancel()
        await sender.stop()
        await sending


async def send_with_ptb(server: Server, job: Job) -> None:
    """Send with python-telegram-bot: its rate limiter, or, paid, its default transport alone."""
    from telegram import InlineKeyboardMarkup
    from telegram.ext import AIORateLimiter, Application
    from telegram.request import HTTPXRequest

    builder = Application.builder().token(server.token).base_url(f"{server.url}/bot")
    builder = builder.request(HTTPXRequest(connection_pool_size=AT_ONCE, read_timeout=25))
    if not job.paid:
        builder = builder.rate_limiter(AIORateLimiter(max_retries=3))
    application = builder.updater(None).build()
    keyboard = InlineKeyboardMarkup.de_json(KEYBOARD, application.bot)

    async def send(chat_id: int, text: str = TEXT, markup: Any = keyboard) -> None:
        paid = job.paid and text is TEXT
        await application.bot.send_message(
            chat_id, text, "HTML", reply_markup=markup, allow_paid_broadcast=paid
        )

    async with application:
        await _send_all(job, send, lambda reader, text: send(reader, text, None))


async def send_with_aiogram(server: Server, job: Job) -> None:
    """Send with aiogram, paced from outside."""
    from aiogram import Bot
    from aiogram.client.session.aiohttp import AiohttpSession
    from aiogram.client.telegram import TelegramAPIServer
    from aiogram.types import InlineKeyboardMarkup

    session = AiohttpSession(api=TelegramAPIServer.from_base(server.url), limit=AT_ONCE)
    keyboard = InlineKeyboardMarkup.model_validate(KEYBOARD)

    async with Bot(server.token, session=session) as bot:

        async def send(chat_id: int, text: str = TEXT, markup: Any = keyboard) -> None:
            paid = job.paid and text is TEXT
            await bot.send_message(
                chat_id, text, parse_mode="HTML", reply_markup=markup, allow_paid_broadcast=paid
            )

        await _send_all(job, send, lambda reader, text: send(reader, text, None))


async def _send_all(
    job: Job,
    send: Callable[[int], Awaitable[None]],
    answer: Callable[[int, str], Awaitable[None]],
) -> None:
    """Send everything: at once where the library paces it, else spaced and bounded."""
    async with job.measured(), asyncio.TaskGroup() as group:
        asking = group.create_task(job.ask(answer))
        if job.paid:
            await _send_spaced(job.posts, send)
        else:
            await asyncio.gather(*(_ignore(send(chat_id)) for chat_id in job.posts))
        asking.cancel()


async def _send_spaced(chats: Iterable[int], send: Callable[[int], Awaitable[None]]) -> None:
    slots = asyncio.Semaphore(AT_ONCE)
    began = time.monotonic()

    async def one(chat_id: int) -> None:
        try:
            await _ignore(send(chat_id))
        finally:
            slots.release()

    async with asyncio.TaskGroup() as group:
        for number, chat_id in enumerate(chats):
            await slots.acquire()
            early = began + number / (0.99 * PAID_PER_SECOND) - time.monotonic()
            if early > 0.005:
                await asyncio.sleep(early)
            group.create_task(one(chat_id))


async def _ignore(work: Awaitable[object]) -> None:
    """Let one message fail without ending the others: the server counts what arrived."""
    try:
        await work
    except Exception as error:
        print(f"a message failed: {type(error).__name__}")


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
