"""What a text means for discussions: a comment, an answer, a new wording, a reason, a name.

A reply leads back to what it answers; anything else answers the last question, while it is open.
"""

import re

from handlers.comment_own import take_appeal, take_edit, take_name
from handlers.comment_rules import Refused
from handlers.comments import DIALOG, give_back, take
from handlers.events import Command, Said, Sent
from handlers.lookups import get_comment
from handlers.messages import Message
from handlers.moderation import take_reason
from handlers.turn import Turn
from storage.comment_model import State
from storage.comment_views import find_view
from storage.comments import find_comment, find_comment_by_source
from storage.dialogs import find_dialog
from storage.model import Dialog
from storage.outbox import find_receipt

Meaning = dict[str, object]
# What a comment may begin with that was written in one message with its command.
_COMMAND = re.compile(r"/comment(?:@\w+)?\s+", re.IGNORECASE)


async def hear_answer(turn: Turn, said: Said, dialog: Dialog) -> None:
    """Take a text while a question of ours is open; a reply to something else goes there."""
    if not said.edited:
        await _take(turn, said, await find_meaning(turn, said.reply_to) or dialog.data)


async def hear_reply(turn: Turn, said: Said) -> bool:
    """Take a reply to a message of ours; False where it has nothing to do with discussions."""
    meaning = await find_meaning(turn, said.reply_to)
    if meaning is None:
        return False
    await _take(turn, said, meaning)
    return True


async def hear_edit(turn: Turn, said: Said) -> bool:
    """Take the new wording of a message that became a comment."""
    if said.person is None or not turn.is_private:
        return False
    comment = await find_comment_by_source(turn.tx, said.person.id, said.message_id)
    if comment is None:
        return False
    command = _COMMAND.match(said.text)
    await take_edit(turn, said.after(command.end()) if command else said, comment.id)
    return True


async def hear_media(turn: Turn, sent: Sent) -> bool:
    """Refuse what is no text where a comment is meant, and give its caption back."""
    if not turn.is_private or sent.person is None:
        return False
    meaning = await find_meaning(turn, sent.reply_to)
    dialog = await find_dialog(turn.tx, turn.chat_id, sent.person.id, now=turn.now)
    if meaning is None and (dialog is None or dialog.kind != DIALOG):
        return False
    await give_back(turn, Refused("comment_refused_media"), sent.caption or "")
    return True


async def hear_command(turn: Turn, command: Command) -> bool:
    """Take a text that only looks like a command, where it answers a message of ours."""
    return command.reply_to is not None and await hear_reply(turn, command)


async def find_meaning(turn: Turn, reply_to: int | None) -> Meaning | None:
    """Give what an answer to a message of ours is for; None where it is not for discussions."""
    receipt = None
    if reply_to is not None:
        receipt = await find_receipt(turn.tx, turn.chat_id, reply_to)
    if receipt is None:
        return None
    view = None if receipt.outbox_id is None else await find_view(turn.tx, receipt.outbox_id)
    if view is not None and view.kind == "prompt":
        return view.data
    if not turn.is_private:
        return None  # what people of a group tell each other is no comment
    if view is not None and view.kind in ("thread", "status"):
        return {"what": view.kind, "comment": view.comment_id}
    if receipt.comment_id is not None:
        return {"what": "answer", "comment": receipt.comment_id}
    if receipt.article_id is not None:
        return {"what": "write", "article": receipt.article_id, "parent": None}
    return None


async def _take(turn: Turn, said: Said, meaning: Meaning) -> None:
    comment_id = meaning.get("comment")
    match meaning:
        case {"what": "write", "article": int(article_id)}:
            parent = meaning.get("parent")
            parent_id = parent if isinstance(parent, int) else None
            await take(turn, said, article_id=article_id, parent_id=parent_id)
        case {"what": "answer"} if isinstance(comment_id, int):
            await _take_answer(turn, said, comment_id)
        case {"what": "edit"} if isinstance(comment_id, int):
            await take_edit(turn, said, comment_id)
        case {"what": "status"} if isinstance(comment_id, int):
            await _take_at_status(turn, said, comment_id)
        case {"what": "appeal"} if isinstance(comment_id, int):
            await take_appeal(turn, said, comment_id)
        case {"what": "name"}:
            await take_name(turn, said)
        case {"what": "thread"}:
            await give_back(turn, Refused("comment_which_one"), said.text)
        case {"what": "reject" | "return"}:
            await take_reason(turn, said, meaning)


async def _take_answer(turn: Turn, said: Said, comment_id: int) -> None:
    comment = await get_comment(turn.tx, comment_id)
    await take(turn, said, article_id=comment.article_id, parent_id=comment_id)


async def _take_at_status(turn: Turn, said: Said, comment_id: int) -> None:
    """Take a reply to a status message as the changes that a moderator asked for."""
    comment = await find_comment(turn.tx, comment_id)
    if comment is not None and comment.state is State.RETURNED:
        await take_edit(turn, said, comment_id)
    else:
        await turn.reply(Message(turn.t("comment_use_buttons")))
