"""Whatever is no command of ours: text, unknown commands, pictures. Always a next step."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from handlers.articles import carried_words
from handlers.callbacks import ShowFound, ShowTagPage, ToggleTag
from handlers.command_table import CommandRow
from handlers.events import Command, Press, Said, Sent
from handlers.markup import cut, one_line
from handlers.messages import Message
from handlers.messages.message import pairs
from handlers.tag_lists import tag_buttons
from handlers.turn import Turn
from storage.dialogs import find_dialog
from storage.errors import Refusal
from storage.model import Dialog
from storage.tags import find_tag, list_similar_tags

SIMILAR = 4
MOST_TAG = 64  # characters of a text that may be meant as a tag

Answer = Callable[[Turn, Said, Dialog], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Ears:
    """What other subjects hear before we guess; each says whether it took the event.

    `answers` take a text while their question (a dialog's kind) is open.
    """

    answers: Mapping[str, Answer] = field(default_factory=dict)
    reply: Callable[[Turn, Said], Awaitable[bool]] | None = None
    edit: Callable[[Turn, Said], Awaitable[bool]] | None = None
    link: Callable[[Turn, Said], Awaitable[bool]] | None = None  # a text that is nothing else
    media: Callable[[Turn, Sent], Awaitable[bool]] | None = None
    command: Callable[[Turn, Command], Awaitable[bool]] | None = None  # one that we do not know


class Listener:
    """Hears what people write; in private chats nothing new stays without an answer."""

    def __init__(self, rows: Sequence[CommandRow], ears: Ears | None = None) -> None:
        self._rows = rows
        self._ears = ears or Ears()

    async def hear(self, turn: Turn, said: Said) -> None:
        """Lead a text to what it answers; an edit is news only to who took the first wording."""
        ears = self._ears
        if said.edited:
            if ears.edit is not None:
                await ears.edit(turn, said)
            return
        if said.person is not None:
            dialog = await find_dialog(turn.tx, turn.chat_id, said.person.id, now=turn.now)
            if dialog is not None and dialog.kind in ears.answers:
                await ears.answers[dialog.kind](turn, said, dialog)
                return
        if said.reply_to is not None and ears.reply is not None and await ears.reply(turn, said):
            return
        if not turn.is_private or (ears.link is not None and await ears.link(turn, said)):
            return
        await _guess(turn, said)

    async def hear_unknown(self, turn: Turn, command: Command) -> None:
        """Name the command that may be meant; groups have other bots, so there it stays silent."""
        if self._ears.command is not None and await self._ears.command(turn, command):
            return
        if not turn.is_private:
            return
        known = [row.name for row in self._rows if row.audience == "readers" or turn.is_operator]
        near = get_close_matches(command.name, known, n=1)
        if near:
            await turn.reply(Message(turn.t("unknown_meant", command=near[0])))
        else:
            await turn.reply(Message(turn.t("unknown_command")))

    async def see(self, turn: Turn, sent: Sent) -> None:
        """Say that only texts are read."""
        if self._ears.media is not None and await self._ears.media(turn, sent):
            return
        if turn.is_private:
            await turn.reply(Message(turn.t("unsupported")))


async def _guess(turn: Turn, said: Said) -> None:
    """Offer the tag that a text may name, and a search for its words."""
    shown = cut(one_line(said.text), MOST_TAG)
    tags = []
    if len(said.text) <= MOST_TAG:
        exact = await find_tag(turn.tx, said.text)
        similar = await list_similar_tags(turn.tx, said.text, limit=SIMILAR)
        tags = [*([exact] if exact else []), *(tag for tag in similar if tag != exact)]
    rows = list(pairs(await tag_buttons(turn, tags[:SIMILAR], ToggleTag)))
    query = carried_words(said.text)
    if query:
        rows.append((turn.button("search_button", ShowFound(0, query), words=shown),))
    else:
        rows.append((turn.button("tags_all_button", ShowTagPage()),))
    await turn.reply(Message(turn.t("free_tag" if tags else "free_text"), rows=tuple(rows)))


async def answer_stale(_: Turn, __: Press) -> None:
    """Answer the press of a button that leads nowhere any more."""
    raise Refusal("button_unknown")
