"""The commands: who may use which, how they are listed for Telegram's menu and in /help."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from handlers.events import Command
from handlers.routing import Guard, Route, command
from handlers.texts import LANGUAGES, Catalogue
from handlers.turn import Setup, Turn
from storage.model import Language

Audience = Literal["readers", "operators", "moderators"]
MOST_DESCRIPTION = 256


@dataclass(frozen=True, slots=True)
class CommandRow:
    """A command, what it does and who sees it; its description is the text command_<name>."""

    name: str
    act: Callable[[Turn, Command], Awaitable[None]]
    audience: Audience = "readers"
    only: Guard | None = None

    def route(self) -> Route:
        """Give its route."""
        return command(self.name, self.act, only=self.only)


@dataclass(frozen=True, slots=True)
class CommandList:
    """The commands that Telegram's menu shows: parameters of one setMyCommands."""

    scope: dict[str, object]
    language_code: str  # "" for people whose language we do not speak
    commands: tuple[tuple[str, str], ...]

    def payload(self) -> dict[str, object]:
        """Give the parameters of setMyCommands."""
        shown = [{"command": name, "description": about} for name, about in self.commands]
        payload: dict[str, object] = {"commands": shown, "scope": self.scope}
        return {**payload, "language_code": self.language_code} if self.language_code else payload


def command_lists(rows: Sequence[CommandRow], texts: Catalogue, setup: Setup) -> list[CommandList]:
    """Give every menu: for all, for each operator's chat and for the moderators' chat."""
    scopes: list[tuple[dict[str, object], set[Audience]]] = [({"type": "default"}, {"readers"})]
    audiences: dict[int, set[Audience]] = {
        admin_id: {"readers", "operators"} for admin_id in sorted(setup.admin_ids)
    }
    if setup.moderation_chat_id is not None and setup.features.comments:
        audiences.setdefault(setup.moderation_chat_id, {"readers"}).add("moderators")
    scopes += [({"type": "chat", "chat_id": chat}, seen) for chat, seen in audiences.items()]
    # Whoever speaks none of our languages gets the default one.
    spoken = [("", setup.default_language), *((language, language) for language in LANGUAGES)]
    return [
        CommandList(scope, code, _menu(rows, seen, texts, language))
        for scope, seen in scopes
        for code, language in spoken
    ]


def _menu(
    rows: Iterable[CommandRow], seen: set[Audience], texts: Catalogue, language: Language
) -> tuple[tuple[str, str], ...]:
    return tuple(
        (row.name, str(texts.text(language, f"command_{row.name}"))[:MOST_DESCRIPTION])
        for row in rows
        if row.audience in seen
    )
