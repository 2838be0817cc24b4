"""How a route is written: which event leads to which handler. A press is authorised anew."""

import re
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from telegram import Update
from telegram.ext import BaseHandler, CallbackQueryHandler, CommandHandler, filters

from handlers.callbacks import NotOurs, Payload
from handlers.events import Command, Event, Press, read_event
from handlers.turn import Turn
from storage.errors import Refusal

E = TypeVar("E", bound=Event)
P = TypeVar("P", bound=Payload)

Route = BaseHandler[Update, Any, None]
Guard = Callable[[Turn], None]
_NEW = filters.UpdateType.MESSAGE | filters.UpdateType.CHANNEL_POST


def command(
    name: str, act: Callable[[Turn, Command], Awaitable[None]], *, only: Guard | None = None
) -> Route:
    """Route a command; `only` raises a Refusal where it is not for this person or chat."""

    async def run(_: Update, turn: Turn) -> None:
        if only is not None:
            only(turn)
        assert isinstance(turn.event, Command)
        await act(turn, turn.event)

    return CommandHandler(name, run, filters=_NEW)


def press(
    kind: type[P],
    act: Callable[[Turn, Press, P], Awaitable[None]],
    *,
    only: Guard | None = None,
    in_channels: bool = False,
) -> Route:
    """Route the presses of the buttons that carry a kind of payload.

    Whoever reads a channel can press there, so in channels presses change nothing: only what leads
    to the private chat is let through.
    """

    async def run(_: Update, turn: Turn) -> None:
        if only is not None:
            only(turn)
        assert isinstance(turn.event, Press)
        if turn.event.chat.kind == "channel" and not in_channels:
            raise Refusal("button_in_channel")
        try:
            await act(turn, turn.event, kind.parse(turn.event.data))
        except NotOurs:
            raise Refusal("button_unknown") from None

    return CallbackQueryHandler(run, pattern=rf"^{re.escape(kind.code)}(:|$)")


class EventRoute(BaseHandler[Update, Any, None]):
    """Leads every update that means a kind of event to one handler."""

    def __init__(self, kind: type[E], act: Callable[[Turn, E], Awaitable[None]]) -> None:
        async def run(_: Update, turn: Turn) -> None:
            assert isinstance(turn.event, kind)
            await act(turn, turn.event)

        super().__init__(run)
        self._kind = kind

    def check_update(self, update: object) -> bool:
        """Say whether an update means this kind of event."""
        return isinstance(update, Update) and isinstance(read_event(update), self._kind)


def on(kind: type[E], act: Callable[[Turn, E], Awaitable[None]]) -> Route:
    """Route every event of a kind that no earlier route took."""
    return EventRoute(kind, act)


def operator(turn: Turn) -> None:
    """Let operators pass."""
    if not turn.is_operator:
        raise Refusal("only_operators")


def private(turn: Turn) -> None:
    """Let private chats pass: what is personal is not told in a group."""
    if not turn.is_private:
        raise Refusal("only_private")
