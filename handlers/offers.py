"""Feeds that an operator may add: what a button stands for, since an address does not fit into it.

The newest are kept; an older button is answered kindly.
"""

import json
from dataclasses import asdict, dataclass

from storage.database import Transaction
from storage.facts import get_fact, set_fact

FACT = "feed_offers"
MOST = 100


@dataclass(frozen=True, slots=True)
class Offer:
    """A feed's address and title."""

    url: str
    title: str | None = None


async def add_offer(tx: Transaction, offer: Offer) -> int:
    """Keep an offer and give the id that its button carries."""
    first, offers = await _load(tx)
    offers.append(offer)
    dropped = max(0, len(offers) - MOST)
    kept = [asdict(kept) for kept in offers[dropped:]]
    await set_fact(tx, FACT, json.dumps({"first": first + dropped, "offers": kept}))
    return first + len(offers) - 1


async def find_offer(tx: Transaction, offer_id: int) -> Offer | None:
    """Give an offer, or None where it is too old."""
    first, offers = await _load(tx)
    place = offer_id - first
    return offers[place] if 0 <= place < len(offers) else None


async def _load(tx: Transaction) -> tuple[int, list[Offer]]:
    """Give the id of the oldest offer and all of them in order."""
    fact = await get_fact(tx, FACT)
    if fact is None:
        return 1, []
    kept = json.loads(fact)
    return kept["first"], [Offer(**offer) for offer in kept["offers"]]
