"""/addfeed and /removefeed: an operator adds a feed after seeing what it would give.

Looking at an address needs the network: a job does it, and `probes.show_probe` tells the result.
"""

from handlers.events import Command, Press
from handlers.feed_words import feed_name
from handlers.messages import Message
from handlers.offers import Offer, find_offer
from handlers.operator_buttons import (
    AddOffer,
    AskRemoval,
    DropOffer,
    ProbeOffer,
    RemoveFeed,
    ShowFeeds,
)
from handlers.probes import PROBE
from handlers.turn import Turn
from storage.errors import Refusal
from storage.feeds import add_feed, find_feed, get_feed, remove_feed
from storage.jobs import add_job
from storage.model import Feed


async def add(turn: Turn, command: Command) -> None:
    """Have an address looked at; the answer becomes the offer to add its feed."""
    address = command.words.strip()
    if not address or " " in address:
        raise Refusal("addfeed_how")
    known = await find_feed(turn.tx, address)
    if known is not None and known.state == "active":
        raise Refusal("addfeed_known", title=feed_name(known))
    row_id = await turn.reply(Message(turn.t("addfeed_looking", address=address)), tracked=True)
    await _ask_probe(turn, address, {"row_id": row_id})


async def probe_choice(turn: Turn, press: Press, payload: ProbeOffer) -> None:
    """Have one of several feeds looked at."""
    offer = await _offer(turn, payload.offer_id)
    await turn.edit(Message(turn.t("addfeed_looking", address=offer.url)))
    await _ask_probe(turn, offer.url, {"message_id": press.message_id})


async def confirm(turn: Turn, _: Press, payload: AddOffer) -> None:
    """Add a feed that was looked at."""
    offer = await _offer(turn, payload.offer_id)
    feed, is_new = await add_feed(
        turn.tx,
        offer.url,
        now=turn.now,
        title=offer.title,
        added_by=None if turn.event.person is None else turn.event.person.id,
    )
    key = "addfeed_done" if is_new else "addfeed_known"
    rows = ((turn.button("feeds_button", ShowFeeds()),),)
    await turn.edit(Message(turn.t(key, title=feed_name(feed)), rows=rows))


async def drop_offer(turn: Turn, _: Press, __: DropOffer) -> None:
    """Add nothing after all."""
    await turn.edit(Message(turn.t("addfeed_dropped")))


async def remove(turn: Turn, command: Command) -> None:
    """Ask whether the feed of an address is really to be removed."""
    if not command.words:
        raise Refusal("removefeed_how")
    feed = await find_feed(turn.tx, command.words)
    if feed is None or feed.state == "removed":
        raise Refusal("removefeed_unknown", address=command.words[:200])
    await ask_removal(turn, feed, page=0)


async def ask_removal(turn: Turn, feed: Feed, *, page: int) -> None:
    """Ask before a feed is removed."""
    rows = (
        (
            turn.button("remove_button", RemoveFeed(feed.id)),
            turn.button("back_button", ShowFeeds(page)),
        ),
    )
    await turn.show(Message(turn.t("removefeed_ask", title=feed_name(feed)), rows=rows))


async def confirm_removal(turn: Turn, _: Press, payload: RemoveFeed) -> None:
    """Remove a feed; its articles stay."""
    feed = await _feed(turn, payload.feed_id)
    await remove_feed(turn.tx, feed.id)
    rows = ((turn.button("feeds_button", ShowFeeds()),),)
    await turn.edit(Message(turn.t("removefeed_done", title=feed_name(feed)), rows=rows))


async def press_removal(turn: Turn, _: Press, payload: AskRemoval) -> None:
    """Ask whether a feed of the list is really to be removed."""
    await ask_removal(turn, await _feed(turn, payload.feed_id), page=payload.page)


async def _ask_probe(turn: Turn, address: str, place: dict[str, object]) -> None:
    """Ask for a look at an address; `place` says which message then tells the result."""
    payload: dict[str, object] = {
        "address": address,
        "chat_id": turn.chat_id,
        "language": turn.language,
        **place,
    }
    await add_job(turn.tx, PROBE, payload, now=turn.now)


async def _offer(turn: Turn, offer_id: int) -> Offer:
    offer = await find_offer(turn.tx, offer_id)
    if offer is None:
        raise Refusal("addfeed_old")
    return offer


async def _feed(turn: Turn, feed_id: int) -> Feed:
    try:
        feed = await get_feed(turn.tx, feed_id)
    except LookupError:
        raise Refusal("feed_gone") from None
    if feed.state == "removed":
        raise Refusal("feed_gone")
    return feed
