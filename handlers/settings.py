"""/settings and /stop: language, pause, and the rows that other subjects add."""

from collections.abc import Awaitable, Callable, Sequence

from handlers.callbacks import ChooseLanguage, Pause, ShowFollowing, ShowSettings
from handlers.events import Command, Press
from handlers.markup import join
from handlers.messages import Button, Message
from handlers.messages.message import Rows
from handlers.tag_lists import FOLLOWED
from handlers.texts import LANGUAGES, find_language
from handlers.turn import Turn
from storage.errors import Refusal
from storage.model import Lane
from storage.outbox import cancel_lane
from storage.subscribers import (
    count_subscriptions,
    set_language,
    set_subscriber_state,
)

# Rows of buttons that another subject adds to the settings.
Section = Callable[[Turn], Awaitable[Rows]]


class SettingsPage:
    """The settings of a chat, with the sections of other subjects below ours."""

    def __init__(self, sections: Sequence[Section] = ()) -> None:
        self._sections = sections

    async def open(self, turn: Turn, _: Command) -> None:
        """Show the settings."""
        await self._show(turn)

    async def reopen(self, turn: Turn, _: Press, __: ShowSettings) -> None:
        """Show the settings again in a message of ours."""
        await self._show(turn)

    async def choose_language(self, turn: Turn, _: Press, payload: ChooseLanguage) -> None:
        """Speak another language from now on."""
        language = find_language(payload.language)
        if language is None:
            raise Refusal("button_unknown")
        await turn.subscribe()
        await set_language(turn.tx, turn.chat_id, language)
        turn.language = language
        await turn.answer(turn.t("settings_language_answer"))
        await self._show(turn)

    async def pause(self, turn: Turn, _: Press, payload: Pause) -> None:
        """Pause, or bring the articles back."""
        await turn.subscribe(resume=not payload.paused)
        if payload.paused:
            await _pause(turn)
        await turn.answer(turn.t("paused_answer" if payload.paused else "resumed_answer"))
        await self._show(turn)

    async def _show(self, turn: Turn) -> None:
        followed, _ = await count_subscriptions(turn.tx, turn.chat_id)
        parts = [
            turn.t("settings_head"),
            turn.t("settings_paused") if turn.is_paused else turn.tn("settings_active", followed),
        ]
        rows: list[tuple[Button, ...]] = [
            tuple(_language_button(turn, language) for language in LANGUAGES),
            (
                turn.button("resume_button", Pause(False))
                if turn.is_paused
                else turn.button("pause_button", Pause(True)),
                turn.button("following_button", ShowFollowing()),
            ),
        ]
        for section in self._sections:
            rows += await section(turn)
        await turn.show(Message(join("\n\n", parts), rows=tuple(rows)))


async def stop(turn: Turn, _: Command) -> None:
    """Pause: what waits to be sent is dropped, what is followed stays."""
    await turn.subscribe()
    await _pause(turn)
    await turn.reply(
        Message(turn.t("stopped"), rows=((turn.button("resume_button", Pause(False)),),))
    )


async def _pause(turn: Turn) -> None:
    await set_subscriber_state(turn.tx, turn.chat_id, "paused", now=turn.now)
    await cancel_lane(turn.tx, turn.chat_id, Lane.POST)
    await turn.reload()


def _language_button(turn: Turn, language: str) -> Button:
    mark = f"{FOLLOWED} " if language == turn.language else ""
    return Button(f"{mark}{turn.t(f'language_{language}')}", ChooseLanguage(language))
