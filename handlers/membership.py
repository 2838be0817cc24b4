"""The bot among people: blocked and unblocked, added to groups and channels, removed, moved."""

from handlers.comment_desk import Desk
from handlers.events import Membership, Migration
from handlers.messages import Message
from handlers.moderation_cards import refill_cards
from handlers.turn import Turn
from storage.chat_moves import move_chat
from storage.outbox import drop_chat
from storage.subscribers import add_subscriber, set_subscriber_state


async def note_membership(turn: Turn, change: Membership) -> None:
    """Keep whether a chat can be reached; a group or channel is greeted the first time."""
    if not change.is_present:
        await set_subscriber_state(turn.tx, turn.chat_id, "unreachable", now=turn.now)
        await drop_chat(turn.tx, turn.chat_id)
    elif not change.was_present:
        await _come_back(turn)


async def move(turn: Turn, change: Migration) -> None:
    """Give a group that became a supergroup its new id, wherever the old one stands."""
    await move_chat(turn.tx, change.old_chat_id, change.new_chat_id)
    await refill_cards(Desk.of(turn))


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
