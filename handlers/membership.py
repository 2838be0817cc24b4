"""The bot among people: blocked and unblocked, added to groups and channels, removed, moved."""

from handlers.events import Membership, Migration
from handlers.messages import Message
from handlers.turn import Turn
from storage.facts import set_fact
from storage.outbox import drop_chat
from storage.outbox_outcomes import move_chat_rows
from storage.subscribers import add_subscriber, move_subscriber, set_subscriber_state


async def note_membership(turn: Turn, change: Membership) -> None:
    """Keep whether a chat can be reached; a group or channel is greeted the first time."""
    if not change.is_present:
        await set_subscriber_state(turn.tx, turn.chat_id, "unreachable", now=turn.now)
        await drop_chat(turn.tx, turn.chat_id)
    elif not change.was_present:
        await _come_back(turn)


async def move(turn: Turn, change: Migration) -> None:
    """Give a group that became a supergroup its new id, wherever the old one stands."""
    await move_subscriber(turn.tx, change.old_chat_id, change.new_chat_id)
    await move_chat_rows(turn.tx, change.old_chat_id, change.new_chat_id)
    # Whoever has the old id from a setting finds the new one by this.
    await set_fact(turn.tx, f"moved_chat:{turn.chat_id}", str(change.new_chat_id))


async def _come_back(turn: Turn) -> None:
    if turn.is_private:
        # Somebody unblocked the bot; whoever never wrote to it is no subscriber by that alone.
        if turn.subscriber is not None and turn.subscriber.state == "unreachable":
            await set_subscriber_state(turn.tx, turn.chat_id, "active", now=turn.now)
        return
    _, is_new = await add_subscriber(
        turn.tx,
        turn.chat_id,
        kind=turn.event.chat.kind,
        language=turn.language,
        name=turn.event.chat.name,
        now=turn.now,
    )
    if is_new:
        await turn.reply(Message(turn.t("start_hello_group")))
