"""/latest and /search: articles in pages that turn in place, each to be opened as a post."""

from collections.abc import Callable, Sequence
from functools import partial

from handlers.article_lists import article_line, page_buttons
from handlers.callbacks import OpenPost, Payload, ShowFound, ShowLatest, ShowTagArticles
from handlers.comment_discussions import rows_of_post
from handlers.events import Command, Press
from handlers.lookups import get_article, get_tag
from handlers.markup import Markup, bold, join
from handlers.messages import Button, Message, render_post
from handlers.messages.message import Rows
from handlers.turn import Turn
from storage.errors import Refusal
from storage.latest import list_latest, list_latest_for, list_latest_of_tag
from storage.model import Article
from storage.search import search_articles
from storage.search_words import MAX_QUERY_WORDS, words_of
from storage.subscribers import count_subscriptions
from storage.tags import find_tag

PAGE = 5
MOST_PAGES = 100
MOST_QUERY = 55  # bytes of the words that a button carries


async def latest(turn: Turn, command: Command) -> None:
    """List the newest articles: of what is followed, of all, or of the tag that is named."""
    if command.words.strip("# "):
        tag = await find_tag(turn.tx, command.words)
        if tag is None:
            raise Refusal("latest_no_tag", tag=command.words[:40])
        await _show_of_tag(turn, tag.id, 0)
        return
    followed, _ = await count_subscriptions(turn.tx, turn.chat_id)
    await _show_latest(turn, 0, followed=followed > 0)


async def turn_latest(turn: Turn, _: Press, payload: ShowLatest) -> None:
    """Show another page of the newest articles."""
    await _show_latest(turn, payload.page, followed=payload.followed)


async def turn_tag_articles(turn: Turn, _: Press, payload: ShowTagArticles) -> None:
    """Show another page of a tag's articles."""
    await _show_of_tag(turn, payload.tag_id, payload.page)


async def search(turn: Turn, command: Command) -> None:
    """List the articles that hold the words."""
    query = carried_words(command.words)
    if not query:
        raise Refusal("search_how" if not command.words else "search_no_word")
    await show_found(turn, query, 0)


async def turn_found(turn: Turn, _: Press, payload: ShowFound) -> None:
    """Show another page of what was found."""
    await show_found(turn, payload.words, payload.page)


async def open_post(turn: Turn, _: Press, payload: OpenPost) -> None:
    """Send the post of an article of a list, with its buttons."""
    article = await get_article(turn.tx, payload.article_id)
    post = render_post(article, turn.language, turn.texts, turn.setup.features)
    rows = await rows_of_post(turn, article)
    await turn.reply(post.with_rows(*rows), article_id=article.id)


def carried_words(text: str) -> str:
    """Give the words of a query, folded, as many as a button carries."""
    kept = ""
    for word in words_of(text)[:MAX_QUERY_WORDS]:
        longer = f"{kept} {word}".strip()
        if len(longer.encode()) > MOST_QUERY:
            break
        kept = longer
    return kept


async def show_found(turn: Turn, query: str, page: int) -> None:
    """Show a page of the articles that hold the words of a query."""
    page = _clamped(page)
    found = await search_articles(turn.tx, query, limit=PAGE + 1, offset=page * PAGE)
    if not found and page == 0:
        await turn.show(Message(turn.t("search_nothing", words=query)))
        return
    head = turn.t("search_found", words=query)
    await _show(turn, head, found, page, partial(ShowFound, words=query))


async def _show_latest(turn: Turn, page: int, *, followed: bool) -> None:
    page = _clamped(page)
    if followed:
        found = await list_latest_for(turn.tx, turn.chat_id, limit=PAGE + 1, offset=page * PAGE)
        other = turn.button("latest_all_button", ShowLatest())
    else:
        found = await list_latest(turn.tx, limit=PAGE + 1, offset=page * PAGE)
        other = turn.button("latest_followed_button", ShowLatest(followed=True))
    if not found and page == 0:
        key = "latest_none_followed" if followed else "latest_none"
        await turn.show(Message(turn.t(key), rows=((other,),) if followed else ()))
        return
    head = turn.t("latest_followed" if followed else "latest_all")
    await _show(turn, head, found, page, partial(ShowLatest, followed=followed), (other,))


async def _show_of_tag(turn: Turn, tag_id: int, page: int) -> None:
    page = _clamped(page)
    tag = await get_tag(turn.tx, tag_id)
    found = await list_latest_of_tag(turn.tx, tag.id, limit=PAGE + 1, offset=page * PAGE)
    if not found and page == 0:
        await turn.show(Message(turn.t("follow_none_yet", tags=bold(tag.label))))
        return
    head = turn.t("latest_of_tag", tag=tag.label)
    await _show(turn, head, found, page, lambda other: ShowTagArticles(tag.id, other))


async def _show(
    turn: Turn,
    head: Markup,
    found: Sequence[Article],
    page: int,
    press: Callable[[int], Payload],
    more: tuple[Button, ...] = (),
) -> None:
    """Show a page; one article beyond it says that there is a next one."""
    shown = found[:PAGE]
    first = page * PAGE + 1
    lines = [
        article_line(turn, article, mark=f"{number}.")
        for number, article in enumerate(shown, start=first)
    ]
    opened = tuple(
        Button(str(number), OpenPost(article.id))
        for number, article in enumerate(shown, start=first)
    )
    has_more = len(found) > PAGE and page + 1 < MOST_PAGES
    rows: Rows = (opened, page_buttons(turn, page, has_more, press), more)
    hint = turn.t("list_open") if shown else turn.t("list_end")
    await turn.show(Message(join("\n\n", [head, *lines, hint]), rows=rows))


def _clamped(page: int) -> int:
    return min(max(page, 0), MOST_PAGES)
