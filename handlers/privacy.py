"""/mydata and /forgetme: what is stored about a person, given out whole or erased for good."""

import json
from collections.abc import Awaitable, Callable

from handlers.callbacks import EraseMe
from handlers.events import Command, Press
from handlers.messages import Message
from handlers.turn import Turn
from storage.comment_erasure import erase_comments
from storage.errors import Refusal
from storage.jobs import add_job
from storage.model import Draft, Lane
from storage.privacy import erase_person, export_person

FILE_NAME = "relais-data.json"
CHECKPOINT = "checkpoint"  # the job that empties the write-ahead log


class Privacy:
    """Erasure with what other subjects must do before the person is gone."""

    def __init__(self, erase_discussions: Callable[[Turn, int], Awaitable[None]]) -> None:
        self._erase_discussions = erase_discussions

    async def erase(self, turn: Turn, _: Press, payload: EraseMe) -> None:
        """Erase everything about the person who confirmed it; a job then empties the log."""
        if not payload.sure:
            await turn.edit(Message(turn.t("forget_kept")))
            return
        user_id = _person_id(turn)
        await self._erase_discussions(turn, user_id)
        await erase_person(turn.tx, turn.chat_id, user_id)
        turn.subscriber = None
        await add_job(turn.tx, CHECKPOINT, {}, now=turn.now)
        await turn.edit(Message(turn.t("forget_done")))


async def send_data(turn: Turn, _: Command) -> None:
    """Send everything that is stored about the person as a JSON file."""
    data = await export_person(turn.tx, turn.chat_id, _person_id(turn))
    content = json.dumps(data, ensure_ascii=False, indent=2).encode()
    payload: dict[str, object] = {"caption": str(turn.t("data_caption")), "parse_mode": "HTML"}
    await turn.enqueue(
        Draft(turn.chat_id, Lane.REPLY, "sendDocument", payload, file=(FILE_NAME, content))
    )


async def ask_erasure(turn: Turn, _: Command) -> None:
    """Say what erasure means and ask whether it is meant."""
    rows = (
        (
            turn.button("forget_yes_button", EraseMe(True)),
            turn.button("forget_no_button", EraseMe(False)),
        ),
    )
    await turn.reply(Message(turn.t("forget_ask"), rows=rows))


async def erase_plainly(turn: Turn, user_id: int) -> None:
    """Erase a person's comments where discussions are not built in: nothing is redrawn."""
    await erase_comments(turn.tx, user_id, now_ms=turn.now_ms)


def _person_id(turn: Turn) -> int:
    if turn.event.person is None:
        raise Refusal("only_private")
    return turn.event.person.id
