"""/feeds and /stats: how the feeds and the bot fare, for operators."""

from handlers.article_lists import page_buttons
from handlers.events import Command, Press
from handlers.feed_words import error_words, feed_name
from handlers.markup import Markup, bold, join, link
from handlers.messages import Button, Message
from handlers.messages.dates import show_distance
from handlers.operator_buttons import AskRemoval, ShowFeeds
from handlers.turn import Turn
from storage.feeds import list_feed_health
from storage.model import Feed, FeedHealth
from storage.stats import count_everything

PAGE = 5


async def list_feeds(turn: Turn, _: Command) -> None:
    """Show the feeds and how they fare."""
    await _show(turn, 0)


async def turn_page(turn: Turn, _: Press, payload: ShowFeeds) -> None:
    """Show another page of them."""
    await _show(turn, payload.page)


async def show_stats(turn: Turn, _: Command) -> None:
    """Show how many there are of everything."""
    stats = await count_everything(turn.tx, now=turn.now)
    lines = [
        turn.t("stats_head"),
        turn.t(
            "stats_readers",
            active=stats.active_subscribers,
            paused=stats.paused_subscribers,
            unreachable=stats.unreachable_subscribers,
        ),
        turn.t("stats_follows", follows=stats.follows, tags=stats.followed_tags),
        turn.t("stats_feeds", active=stats.active_feeds, failing=stats.failing_feeds),
        turn.t("stats_articles", articles=stats.articles, today=stats.articles_today),
        turn.t(
            "stats_waiting",
            messages=stats.waiting_messages,
            updates=stats.waiting_updates,
            jobs=stats.waiting_jobs,
        ),
        turn.t(
            "stats_parked",
            messages=stats.parked_messages,
            updates=stats.parked_updates,
            jobs=stats.parked_jobs,
        ),
    ]
    if turn.setup.features.comments:
        lines.append(turn.t("stats_comments", comments=stats.comments_to_decide))
    rows = ((turn.button("feeds_button", ShowFeeds()),),)
    await turn.reply(Message(join("\n", lines), rows=rows))


async def _show(turn: Turn, page: int) -> None:
    healths = await list_feed_health(turn.tx)
    if not healths:
        await turn.show(Message(turn.t("feeds_none")))
        return
    pages = -(-len(healths) // PAGE)
    page = min(max(page, 0), pages - 1)
    shown = list(enumerate(healths, start=1))[page * PAGE : (page + 1) * PAGE]
    head = turn.tn("feeds_head", len(healths), page=page + 1, pages=pages)
    removals = tuple(
        Button(turn.t("feeds_remove_button", number=number), AskRemoval(health.feed.id, page))
        for number, health in shown
    )
    turning = page_buttons(turn, page, page + 1 < pages, ShowFeeds)
    lines = [_describe(turn, number, health) for number, health in shown]
    await turn.show(Message(join("\n\n", [head, *lines]), rows=(removals, turning)))


def _describe(turn: Turn, number: int, health: FeedHealth) -> Markup:
    """Say how one feed fares: last success, articles, next poll, error in words."""
    feed = health.feed
    success = (
        turn.t("feeds_never")
        if feed.last_success_at is None
        else turn.t("feeds_success", when=_distance(turn, feed.last_success_at))
    )
    facts = join(" · ", [turn.tn("feeds_articles", health.articles), success, _next(turn, feed)])
    trouble = ""
    if feed.error_code is not None:
        reason = error_words(feed.error_code, turn.language, turn.texts)
        trouble = turn.tn("feeds_error", feed.errors, reason=reason)
    name = Markup(f"{number}. {bold(link(feed_name(feed), feed.url))}")
    return join("\n", [name, facts, trouble])


def _next(turn: Turn, feed: Feed) -> Markup:
    if feed.state == "gone":
        return turn.t("feeds_stopped")
    if feed.next_poll_at <= turn.now:
        return turn.t("feeds_due")
    return turn.t("feeds_next", when=_distance(turn, feed.next_poll_at))


def _distance(turn: Turn, at: int) -> str:
    return show_distance(at, turn.now, turn.language)
