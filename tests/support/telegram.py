"""A running local Telegram for tests, and two ways to call it as a bot would."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest_asyncio
from telegram import Bot
from telegram.request import HTTPXRequest

from sandbox.telegram import Limits, TelegramServer


class RawBot:
    """Calls the server without any library between, so that tests see the bare answers."""

    def __init__(self, server: TelegramServer, session: aiohttp.ClientSession) -> None:
        self.base = f"{server.url}/bot{server.token}"
        self.session = session

    async def call(self, method: str, **arguments: Any) -> dict[str, Any]:
        """Call with a JSON body and return the whole envelope."""
        async with self.session.post(f"{self.base}/{method}", json=arguments) as response:
            envelope: dict[str, Any] = await response.json()
            assert envelope.get("error_code", 200) == response.status
            return envelope

    async def result(self, method: str, **arguments: Any) -> Any:
        """Call and return the result; an error fails the test."""
        envelope = await self.call(method, **arguments)
        assert envelope["ok"], envelope["description"]
        return envelope["result"]

    async def refusal(self, method: str, **arguments: Any) -> str:
        """Call and return the description of the error; success fails the test."""
        envelope = await self.call(method, **arguments)
        assert not envelope["ok"], envelope["result"]
        description: str = envelope["description"]
        return description

    async def updates(self, **arguments: Any) -> list[dict[str, Any]]:
        """Call getUpdates and return the updates."""
        updates: list[dict[str, Any]] = await self.result("getUpdates", **arguments)
        return updates


def ptb_bot(server: TelegramServer) -> Bot:
    """Make a python-telegram-bot Bot that talks to the server; use it as a context manager."""
    return Bot(
        server.token,
        base_url=f"{server.url}/bot",
        base_file_url=f"{server.url}/file/bot",
        request=HTTPXRequest(connection_pool_size=8),
        get_updates_request=HTTPXRequest(),
    )


@pytest_asyncio.fixture
async def telegram() -> AsyncIterator[TelegramServer]:
    """A started server without flood limits."""
    async with TelegramServer(limits=Limits.off()) as server:
        yield server


@pytest_asyncio.fixture
async def api(telegram: TelegramServer) -> AsyncIterator[RawBot]:
    """A bare client of the `telegram` server."""
    async with aiohttp.ClientSession() as session:
        yield RawBot(telegram, session)
