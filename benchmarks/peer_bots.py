"""What people would use instead, as bots of their own process: python-telegram-bot and aiogram.

The broadcast begins with a line on stdin, and questions are answered until stdin ends.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any

from benchmarks.child import Child, child_process, listen, read_wanted, say
from benchmarks.telegram_process import Server

PAID_PER_SECOND = 1000
CATCH_UP_SECONDS = 0.03  # of a pause, as ours: more at once is held
AT_ONCE = 256
QUEUE_SECONDS = 3600.0  # that a message may wait for a connection: it shall not fail for that
ANSWER = "You follow 3 tags: Mobilité, 5G, Marché Smartphones."


@asynccontextmanager
async def peer_process(
    kind: str, server: Server, payload: dict[str, Any], *, paid: bool
) -> AsyncIterator[Child]:
    """Run a peer beside the block, from when it is ready; any line begins the broadcast."""
    wanted = {
        "kind": kind,
        "url": server.url,
        "token": server.token,
        "chats": server.readers,
        "paid": paid,
        "payload": payload,
    }
    async with child_process(wanted, "-m", "benchmarks.peer_bots") as peer:
        await peer.hear()
        yield peer


async def _run_ptb(wanted: dict[str, Any]) -> None:
    """Send with python-telegram-bot: its rate limiter, or, paid, its default transport alone."""
    from telegram import InlineKeyboardMarkup, LinkPreviewOptions, Update
    from telegram.ext import AIORateLimiter, Application, CommandHandler
    from telegram.request import HTTPXRequest

    builder = Application.builder().token(wanted["token"]).base_url(f"{wanted['url']}/bot")
    request = HTTPXRequest(
        connection_pool_size=AT_ONCE, read_timeout=25, pool_timeout=QUEUE_SECONDS
    )
    builder = builder.request(request)
    builder = builder.concurrent_updates(True)
    if not wanted["paid"]:
        builder = builder.rate_limiter(AIORateLimiter(max_retries=3))  # type: ignore[arg-type]
    application = builder.build()
    payload = wanted["payload"]
    keyboard = InlineKeyboardMarkup.de_json(payload["reply_markup"], application.bot)
    preview = LinkPreviewOptions(**payload["link_preview_options"])

    async def send(chat_id: int) -> None:
        await application.bot.send_message(
            chat_id,
            payload["text"],
            "HTML",
            reply_markup=keyboard,
            link_preview_options=preview,
            allow_paid_broadcast=wanted["paid"],
        )

    async def answer(update: Update, _: Any) -> None:
        assert update.message is not None
        await update.message.reply_text(ANSWER)

    application.add_handler(CommandHandler("following", answer))
    async with application:
        await application.start()
        assert application.updater is not None
        await application.updater.start_polling()
        await _send_all(wanted, send)
        await application.updater.stop()
        await application.stop()


async def _run_aiogram(wanted: dict[str, Any]) -> None:
    """Send with aiogram, paced from outside."""
    from aiogram import Bot
    from aiogram.client.session.aiohttp import AiohttpSession
    from aiogram.client.telegram import TelegramAPIServer
    from aiogram.types import InlineKeyboardMarkup, LinkPreviewOptions

    session = AiohttpSession(api=TelegramAPIServer.from_base(wanted["url"]), limit=AT_ONCE)
    payload = wanted["payload"]
    keyboard = InlineKeyboardMarkup.model_validate(payload["reply_markup"])
    preview = LinkPreviewOptions.model_validate(payload["link_preview_options"])

    async with Bot(wanted["token"], session=session) as bot:

        async def send(chat_id: int) -> None:
            await bot.send_message(
                chat_id,
                payload["text"],
                parse_mode="HTML",
                reply_markup=keyboard,
                link_preview_options=preview,
                allow_paid_broadcast=wanted["paid"],
            )

        await _send_all(wanted, send)


async def _send_all(wanted: dict[str, Any], send: Callable[[int], Awaitable[None]]) -> None:
    """Send everything: at once where the library paces it, else spaced and bounded."""
    say("ready")
    await listen()
    if wanted["paid"]:
        await _send_spaced(wanted["chats"], send)
    else:
        await asyncio.gather(*(_attempt(send, chat_id) for chat_id in wanted["chats"]))
    await listen()


async def _send_spaced(chats: Iterable[int], send: Callable[[int], Awaitable[None]]) -> None:
    slots = asyncio.Semaphore(AT_ONCE)
    due = time.monotonic()

    async def one(chat_id: int) -> None:
        try:
            await _attempt(send, chat_id)
        finally:
            slots.release()

    async with asyncio.TaskGroup() as group:
        for chat_id in chats:
            await slots.acquire()
            due = max(due, time.monotonic() - CATCH_UP_SECONDS)
            early = due - time.monotonic()
            if early > 0.005:
                await asyncio.sleep(early)
            group.create_task(one(chat_id))
            due += 1 / (0.99 * PAID_PER_SECOND)


async def _attempt(send: Callable[[int], Awaitable[None]], chat_id: int) -> None:
    """Let one message fail without ending the others: the server counts what arrived."""
    try:
        await send(chat_id)
    except Exception as error:
        print(f"a message failed: {type(error).__name__}", file=sys.stderr)


if __name__ == "__main__":
    asked = read_wanted()
    asyncio.run({"ptb": _run_ptb, "aiogram": _run_aiogram}[asked["kind"]](asked))
