"""Who is told that something changed: tests that wait, and the web page that shows it.

A wait looks again only when something changed, and never spends more than a tenth of its time
looking, so that a broadcast of 10,000 messages is not slowed by the test that watches it.
"""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from sandbox.telegram.chats import Chat
    from sandbox.telegram.messages import Message
    from sandbox.telegram.people import Press

ChangeKind = Literal[
    "message", "edited", "deleted", "answered", "action", "commands", "reaction", "chat"
]
_SHARE_SPENT_LOOKING = 0.1
_SHORTEST_GAP = 0.001


@dataclass(frozen=True, slots=True)
class Change:
    """One visible change: of a message, of a press that was answered, or of a chat."""

    kind: ChangeKind
    chat: Chat | None = None
    message: Message | None = None
    press: Press | None = None
    data: dict[str, Any] = field(default_factory=dict)
    """`action` for a chat action; `scope`, `language_code`, `commands` for commands."""


class Subscription:
    """The changes since it was opened: iterate over it, and close it when done."""

    def __init__(self, changes: Changes) -> None:
        self._changes = changes
        self.queue: asyncio.Queue[Change] = asyncio.Queue()

    def __enter__(self) -> Subscription:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop collecting."""
        self._changes.unsubscribe(self)

    async def __aiter__(self) -> AsyncIterator[Change]:
        while True:
            yield await self.queue.get()


class Changes:
    """The one bell of the server."""

    def __init__(self) -> None:
        self._subscriptions: list[Subscription] = []
        self._bell: asyncio.Event = asyncio.Event()

    def subscribe(self) -> Subscription:
        """Open a subscription to every change from now on."""
        subscription = Subscription(self)
        self._subscriptions.append(subscription)
        return subscription

    def unsubscribe(self, subscription: Subscription) -> None:
        """Forget a subscription; unknown ones are ignored."""
        if subscription in self._subscriptions:
            self._subscriptions.remove(subscription)

    def tell(self, kind: ChangeKind, **fields: Any) -> None:
        """Wake who waits, and hand a `Change` to who subscribed."""
        self._bell.set()
        if self._subscriptions:
            change = Change(kind, **fields)
            for subscription in self._subscriptions:
                subscription.queue.put_nowait(change)

    def ring(self) -> None:
        """Wake who waits after a change that no page shows (a call, a confirmation)."""
        self._bell.set()

    async def wait_until(self, predicate: Callable[[], object], timeout: float) -> None:
        """Return when `predicate()` is true; AssertionError with its source after `timeout`.

        A LookupError of the predicate means "not yet".
        """
        deadline = time.monotonic() + timeout
        while True:
            # A new bell for each waiter's round: the old one stays set for the others.
            if self._bell.is_set():
                self._bell = asyncio.Event()
            bell = self._bell
            began = time.monotonic()
            if _holds(predicate):
                return
            now = time.monotonic()
            try:
                async with asyncio.timeout(deadline - now):
                    gap = max(_SHORTEST_GAP, (now - began) / _SHARE_SPENT_LOOKING)
                    await bell.wait()
                    await asyncio.sleep(gap)
            except TimeoutError:
                if _holds(predicate):
                    return
                raise AssertionError(
                    f"not true within {timeout:g} s: {_describe(predicate)}"
                ) from None


def _holds(predicate: Callable[[], object]) -> bool:
    """Ask a predicate; one that looks for something not there yet does not hold."""
    try:
        return bool(predicate())
    except LookupError:
        return False


def _describe(predicate: Callable[[], object]) -> str:
    """Show the source of a predicate, or its name when there is none."""
    try:
        source = inspect.getsource(predicate).strip()
    except (OSError, TypeError):
        return repr(predicate)
    return " ".join(source.split())[:300]
