"""`relais demo`: everything on this machine, a page to play in, and a log of who gets what.

Nothing is left behind: Ctrl-C, SIGTERM or a closed terminal ends the bot and removes its folder.
"""

import asyncio
import signal
from collections.abc import Sequence
from contextlib import suppress

from rich.console import Console

from sandbox.demo_log import DemoLog
from sandbox.demo_stage import COMING, DRAFTS, BotFailed, Stage, open_stage, settle_in, take_samples
from sandbox.newsroom import Article
from sandbox.web import WebPage

FIRST_SECONDS = 4.0
PAUSE_SECONDS = 20.0
UNDO_SECONDS = 5

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


async def run_demo(port: int | None, *, pause: float = PAUSE_SECONDS) -> int:
    """Play until a signal comes; gives the exit code: 0, or 1 when something could not start.

    `port` None or 0 lets the kernel choose the page's. `pause` is in seconds, between articles.
    """
    console = Console(highlight=False, soft_wrap=True)
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in _SIGNALS:
        loop.add_signal_handler(number, stopping.set)
    playing = asyncio.create_task(_play(port or 0, pause, console))
    waiting = asyncio.create_task(stopping.wait())
    try:
        await asyncio.wait({playing, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if playing.done():
            return playing.result()
        playing.cancel()
        with suppress(asyncio.CancelledError):
            await playing
        console.print("Stopped. Nothing is left behind.")
        return 0
    finally:
        waiting.cancel()
        for number in _SIGNALS:
            loop.remove_signal_handler(number)


async def _play(port: int, pause: float, console: Console) -> int:
    console.print("Starting a local Telegram, a small newsroom and the bot…")
    try:
        async with open_stage(undo_seconds=UNDO_SECONDS) as stage:
            await settle_in(stage)
            page = WebPage(stage.telegram, stage.newsroom, stage.seats, take_samples(DRAFTS))
            await page.start(port)
            try:
                return await _run(stage, page, pause, console)
            finally:
                await page.stop()
    except (BotFailed, AssertionError) as failure:
        console.print(str(failure), style="red", markup=False)
    except OSError as error:
        console.print(f"The page cannot listen on port {port}: {error.strerror or error}")
    return 1


async def _run(stage: Stage, page: WebPage, pause: float, console: Console) -> int:
    """Publish and tell until the bot ends, which it should not."""
    console.print(f"\nOpen [bold]{page.url}[/bold] and play every part. Ctrl-C ends the demo.\n")
    log = DemoLog(stage, console)
    chores = [
        asyncio.create_task(log.run()),
        asyncio.create_task(_publish_samples(stage, take_samples(COMING), pause, console)),
    ]
    try:
        code = await stage.bot.wait()
    finally:
        for chore in chores:
            chore.cancel()
            with suppress(asyncio.CancelledError):
                await chore
    raise BotFailed(f"The bot ended by itself with code {code}:\n{stage.bot.tail()}")


async def _publish_samples(
    stage: Stage, samples: Sequence[Article], pause: float, console: Console
) -> None:
    await asyncio.sleep(min(FIRST_SECONDS, pause))
    for article in samples:
        if not stage.newsroom.knows(article.id):
            stage.newsroom.publish(article)
        await asyncio.sleep(pause)
    console.print("That was the last sample: the newsroom's desk in the page is yours now.")
