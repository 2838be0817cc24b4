"""What was found at an address that an operator named: told in place of "looking at it"."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from handlers.feed_words import error_words
from handlers.markup import Markup, bold, cut, is_blank, join, link, one_line
from handlers.messages import Button, Message, to_payload
from handlers.messages.dates import show_date
from handlers.messages.message import Rows
from handlers.offers import Offer, add_offer
from handlers.operator_buttons import AddOffer, DropOffer, ProbeOffer
from handlers.texts import LANGUAGES, Catalogue, find_language
from storage.database import Transaction
from storage.model import Draft, Lane, Language
from storage.outbox import enqueue, find_row

PROBE = "probe_feed"  # the job; its payload: address, chat_id, language, row_id or message_id
MOST_CHOICES = 8
MOST_TITLE = 150
MOST_TAGS = 10


@dataclass(frozen=True, slots=True)
class ProbedFeed:
    """What a feed would give; `latest` is the title of its newest article."""

    url: str
    title: str | None
    articles: int
    latest: str | None = None
    latest_at: int | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """A feed, several to choose from, or a FeedError's code."""

    feed: ProbedFeed | None = None
    choices: tuple[Offer, ...] = ()
    error: str | None = None


async def show_probe(
    tx: Transaction,
    job: dict[str, Any],
    result: ProbeResult,
    *,
    texts: Catalogue,
    now_ms: int,
) -> int:
    """Tell an operator what was found, in the message that said "looking"; gives the outbox row.

    `job` is the payload of the probe's job.
    """
    language = find_language(job["language"]) or LANGUAGES[0]
    message = await _render(tx, str(job["address"]), result, language, texts)
    draft = Draft(int(job["chat_id"]), Lane.REPLY, "editMessageText", payload=to_payload(message))
    if "message_id" in job:
        draft = replace(draft, payload={**draft.payload, "message_id": job["message_id"]})
    elif await find_row(tx, int(job["row_id"])) is not None:
        draft = replace(draft, target_id=int(job["row_id"]))
    else:
        draft = replace(draft, method="sendMessage")
    return await enqueue(tx, draft, now_ms=now_ms)


async def _render(
    tx: Transaction, address: str, result: ProbeResult, language: Language, texts: Catalogue
) -> Message:
    if result.feed is not None:
        offer_id = await add_offer(tx, Offer(result.feed.url, result.feed.title))
        rows: Rows = (
            (
                Button(texts.text(language, "addfeed_yes_button"), AddOffer(offer_id)),
                Button(texts.text(language, "addfeed_no_button"), DropOffer()),
            ),
        )
        return Message(_describe(result.feed, language, texts), rows=rows)
    if result.choices:
        rows = await _choices(tx, result.choices)
        return Message(texts.text(language, "addfeed_choose", address=address), rows=rows)
    reason = error_words(result.error or "no_feed", language, texts)
    return Message(texts.text(language, "addfeed_failed", address=address, reason=reason))


async def _choices(tx: Transaction, offers: Sequence[Offer]) -> Rows:
    rows = []
    for offer in offers[:MOST_CHOICES]:
        label = one_line(offer.title or "")
        offer_id = await add_offer(tx, offer)
        rows.append((Button(offer.url if is_blank(label) else label, ProbeOffer(offer_id)),))
    return tuple(rows)


def _describe(feed: ProbedFeed, language: Language, texts: Catalogue) -> Markup:
    """Say what a feed would give."""
    title = one_line(feed.title or "")
    name = feed.url if is_blank(title) else cut(title, MOST_TITLE)
    parts = [bold(link(name, feed.url)), texts.plural(language, "addfeed_articles", feed.articles)]
    if feed.latest is not None:
        shown = cut(one_line(feed.latest), MOST_TITLE)
        at = "" if feed.latest_at is None else f"({show_date(feed.latest_at, language)})"
        parts.append(texts.text(language, "addfeed_latest", title=shown, date=at))
    if feed.tags:
        tags = ", ".join(cut(one_line(tag), 40) for tag in feed.tags[:MOST_TAGS])
        parts.append(texts.text(language, "addfeed_tags", tags=tags))
    else:
        parts.append(texts.text(language, "addfeed_no_tags"))
    parts.append(texts.text(language, "addfeed_ask"))
    return join("\n\n", parts)
