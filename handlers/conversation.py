"""Whatever is no command of ours: text, unknown commands, pictures. Always a next step."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from difflib import get_close_matches

from handlers.articles import carried_words
from handlers.callbacks import ShowFound, ShowTagPage, ToggleTag
from handlers.command_table import CommandRow
from handlers.events import Command, Press, Said, Sent
from handlers.markup import cut, one_line
from handlers.messages import Message
from handlers.tag_lists import pairs, tag_buttons
from handlers.turn import Turn
from storage.dialogs import find_dialog
from storage.errors import Refusal
from storage.model import Dialog
from storage.tags import find_tag, list_similar_tags

SIMILAR = 4
MOST_TAG = 64  # characters of a text that may be meant as a tag

Answer = Callable[[Turn, Said, Dialog], Awaitable[None]]
Reply = Callable[[Turn, Said], Awaitable[bool]]


class Listener:
    """Hears what people write: an answer to a question of ours, a reply, or free text.

    `answers` are the questions by their dialog's kind; `reply` takes a reply to a message of ours
    and says whether it did; `reword` takes the new wording of an earlier message.
    """

    def __init__(
        self,
        answers: Mapping[str, Answer] | None = None,
        reply: Reply | None = None,
        reword: Reply | None = None,
    ) -> None:
        self._answers = answers or {}
        self._reply = reply
        self._reword = reword

    async def hear(self, turn: Turn, said: Said) -> None:
        """Lead a text to what it answers; in private chats nothing stays without an answer."""
        if said.edited and self._reword is not None and await self._reword(turn, said):
            return
        if said.person is not None:
            dialog = await find_dialog(turn.tx, turn.chat_id, said.person.id, now=turn.now)
            if dialog is not None and dialog.kind in self._answers:
                await self._answers[dialog.kind](turn, said, dialog)
                return
        if said.reply_to is not None and self._reply is not None and await self._reply(turn, said):
            return
        if turn.is_private and not said.edited:
            await _guess(turn, said)


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


async def answer_unknown(rows: Sequence[CommandRow], turn: Turn, command: Command) -> None:
    """Name the command that may be meant; groups have other bots, so there it stays silent."""
    if not turn.is_private:
        return
    known = [row.name for row in rows if row.audience == "readers" or turn.is_operator]
    near = get_close_matches(command.name, known, n=1)
    if near:
        await turn.reply(Message(turn.t("unknown_meant", command=near[0])))
    else:
        await turn.reply(Message(turn.t("unknown_command")))


async def answer_unsupported(turn: Turn, _: Sent) -> None:
    """Say that only texts are read."""
    if turn.is_private:
        await turn.reply(Message(turn.t("unsupported")))


async def answer_stale(_: Turn, __: Press) -> None:
    """Answer the press of a button that leads nowhere any more."""
    raise Refusal("button_unknown")
