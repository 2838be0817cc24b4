"""The composition root: everything is made, started and stopped here, in order."""

import asyncio
import gc
import logging
import os
import signal
from collections.abc import Awaitable, Iterator
from contextlib import AsyncExitStack, contextmanager

from bot.config import Settings
from bot.loops import Loops
from bot.ops.instance import only_instance
from bot.ops.logs import set_up_logging
from bot.parts import Parts
from storage.errors import ConfigError, DamagedDatabase, RelaisError

log = logging.getLogger(__name__)

FAILED = 1
FINISH_SECONDS = 10.0


async def run_bot(settings: Settings) -> int:
    """Run the bot until SIGTERM or SIGINT; gives the exit code.

    0 after a signal, 1 when a loop fails: everything is in the tables then, and the next start
    goes on from there. Raises TokenRefused when Telegram does not know the token, and
    DamagedDatabase when damage is met.
    """
    set_up_logging(
        level=settings.log_level,
        as_json=settings.log_format == "json",
        secrets=_secrets(settings),
    )
    stop = asyncio.Event()
    with only_instance(settings.database_path), _stopped_by_signals(stop):
        async with AsyncExitStack() as stack:
            opening = stack.enter_async_context(Parts.open(settings))
            parts = await _unless_stopped(opening, stop)
            return 0 if parts is None else await _run(parts, stop)


async def _run(parts: Parts, stop: asyncio.Event) -> int:
    loops = Loops()
    try:
        for name, run in parts.loops():
            loops.start(name, run)
        parts.bells.start()
        gc.freeze()  # what stays for good is not looked through again: that stops every loop
        log.info("started")
        await loops.wait(stop)
    finally:
        await _stop(parts, loops)
    log.info("stopped")
    return _exit_code(loops.failure)


async def _stop(parts: Parts, loops: Loops) -> None:
    """Stop in the order in which work flows, so that each loop can finish what it holds."""
    parts.bells.stop()
    await loops.cancel("intake")
    parts.dispatcher.stop()
    await loops.finish("dispatch", FINISH_SECONDS)
    await loops.cancel_all_but("sender")
    await parts.sender.stop()
    await loops.finish("sender", FINISH_SECONDS)


def _exit_code(failure: BaseException | None) -> int:
    if failure is None:
        return 0
    if isinstance(failure, ConfigError | DamagedDatabase):
        raise failure
    name = type(failure).__name__
    reason = str(failure) if isinstance(failure, RelaisError) else name
    log.critical("ended_by_failure", extra={"reason": reason}, exc_info=failure)
    return FAILED


async def _unless_stopped(opening: Awaitable[Parts], stop: asyncio.Event) -> Parts | None:
    """Await the opening of the parts; None when the signal to stop comes first."""
    task = asyncio.ensure_future(opening)
    stopped = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({task, stopped}, return_when=asyncio.FIRST_COMPLETED)
        return task.result() if task.done() else None
    finally:
        for pending in (task, stopped):
            pending.cancel()
        await asyncio.gather(task, stopped, return_exceptions=True)


@contextmanager
def _stopped_by_signals(stop: asyncio.Event) -> Iterator[None]:
    """Set `stop` at the first SIGTERM or SIGINT; the second ends the process at once."""
    loop = asyncio.get_running_loop()

    def on_signal() -> None:
        if stop.is_set():
            os._exit(FAILED)  # the tables make this safe
        stop.set()

    signals = (signal.SIGTERM, signal.SIGINT)
    for number in signals:
        loop.add_signal_handler(number, on_signal)
    try:
        yield
    finally:
        for number in signals:
            loop.remove_signal_handler(number)


def _secrets(settings: Settings) -> list[str]:
    secrets = [settings.telegram_bot_token.get_secret_value()]
    if settings.summary_api_key is not None:
        secrets.append(settings.summary_api_key.get_secret_value())
    return secrets
