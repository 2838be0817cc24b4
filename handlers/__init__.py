"""What a person's action means: every event of Telegram leads to one handler here."""

from collections.abc import Awaitable, Callable
from functools import partial

from handlers import (
    articles,
    callbacks,
    comment_forgetting,
    comment_hearing,
    comment_routes,
    comments,
    conversation,
    feed_health,
    feeds,
    following,
    membership,
    moderation,
    operator_buttons,
    parked,
    post_tags,
    privacy,
    settings,
    start,
    summaries,
    tag_aliases,
    tag_pages,
    tags,
)
from handlers.command_table import CommandRow
from handlers.conversation import Ears, Listener
from handlers.events import Attendance, Command, Membership, Migration, Press, Said, Sent
from handlers.messages import Features
from handlers.privacy import Privacy, erase_plainly
from handlers.routing import Route, on, operator, press, private
from handlers.settings import SettingsPage
from handlers.turn import Turn


def command_table(features: Features) -> list[CommandRow]:
    """Every command, in the order of /help and of Telegram's menu."""
    rows: list[CommandRow] = []
    page = _settings_page(features)
    rows += [
        CommandRow("start", partial(start.greet, rows, _deep_links(features))),
        CommandRow("follow", tags.follow),
        CommandRow("unfollow", tags.unfollow),
        CommandRow("following", following.list_followed),
        CommandRow("tags", tag_pages.list_tags),
        CommandRow("latest", articles.latest),
        CommandRow("search", articles.search),
        *((CommandRow("summary", summaries.ask_summary),) if features.summaries else ()),
        *(comment_routes.reader_commands() if features.comments else ()),
        CommandRow("settings", page.open),
        CommandRow("stop", settings.stop),
        CommandRow("mydata", privacy.send_data, only=private),
        CommandRow("forgetme", privacy.ask_erasure, only=private),
        CommandRow("help", partial(start.explain, rows)),
        CommandRow("addfeed", feeds.add, "operators", operator),
        CommandRow("feeds", feed_health.list_feeds, "operators", operator),
        CommandRow("removefeed", feeds.remove, "operators", operator),
        CommandRow("alias", tag_aliases.ask, "operators", operator),
        CommandRow("parked", parked.list_all, "operators", operator),
        CommandRow("stats", feed_health.show_stats, "operators", operator),
        *(comment_routes.moderator_commands() if features.comments else ()),
    ]
    return rows


def routes(features: Features) -> list[Route]:
    """Every route; the first that fits an update takes it."""
    table = command_table(features)
    page = _settings_page(features)
    listener = Listener(table, _ears(features))
    privacy_page = Privacy(
        comment_forgetting.erase_discussions if features.comments else erase_plainly
    )
    return [
        *(row.route() for row in table),
        *_presses_on_articles(),
        press(callbacks.ShowSettings, page.reopen),
        press(callbacks.ChooseLanguage, page.choose_language),
        press(callbacks.Pause, page.pause),
        press(callbacks.EraseMe, privacy_page.erase, only=private),
        *_presses_of_operators(),
        *(comment_routes.presses() if features.comments else ()),
        # whatever else happens
        *((on(Attendance, moderation.note_attendance),) if features.comments else ()),
        on(Press, conversation.answer_stale),
        on(Membership, membership.note_membership),
        on(Migration, membership.move),
        on(Command, listener.hear_unknown),
        on(Said, listener.hear),
        on(Sent, listener.see),
    ]


def _presses_on_articles() -> list[Route]:
    return [
        press(callbacks.ToggleTag, tags.toggle),
        press(callbacks.UndoFollow, tags.undo_follow),
        press(callbacks.FollowAgain, tags.follow_again),
        press(callbacks.DropTag, following.drop),
        press(callbacks.ShowFollowing, following.turn_page),
        press(callbacks.ShowTagPage, tag_pages.turn_page),
        press(callbacks.ShowTags, post_tags.show_menu),
        press(callbacks.ShowPost, post_tags.show_post),
        press(callbacks.FollowFromPost, post_tags.follow),
        press(callbacks.MuteFromPost, post_tags.mute),
        press(callbacks.ShowLatest, articles.turn_latest),
        press(callbacks.ShowTagArticles, articles.turn_tag_articles),
        press(callbacks.ShowFound, articles.turn_found),
        press(callbacks.OpenPost, articles.open_post),
        press(callbacks.Summarize, summaries.press_summary),
        press(callbacks.ShowKeyPoints, summaries.show_key_points),
    ]


def _presses_of_operators() -> list[Route]:
    return [
        press(operator_buttons.ProbeOffer, feeds.probe_choice, only=operator),
        press(operator_buttons.AddOffer, feeds.confirm, only=operator),
        press(operator_buttons.DropOffer, feeds.drop_offer, only=operator),
        press(operator_buttons.ShowFeeds, feed_health.turn_page, only=operator),
        press(operator_buttons.AskRemoval, feeds.press_removal, only=operator),
        press(operator_buttons.RemoveFeed, feeds.confirm_removal, only=operator),
        press(operator_buttons.MergeTags, tag_aliases.merge, only=operator),
        press(operator_buttons.ShowParked, parked.turn_page, only=operator),
        press(operator_buttons.RetryParked, parked.retry, only=operator),
        press(operator_buttons.RetryAllParked, parked.retry_all, only=operator),
    ]


def _deep_links(features: Features) -> start.DeepLinks:
    links: dict[str, Callable[[Turn, str], Awaitable[None]]] = {"tag": start.follow_linked}
    if features.comments:
        links[comments.DEEP_LINK] = comments.ask_from_link
    return links


def _settings_page(features: Features) -> SettingsPage:
    return SettingsPage((comment_routes.settings_section,) if features.comments else ())


def _ears(features: Features) -> Ears:
    """What people write and send, where it may be meant for a discussion or a summary."""
    link = summaries.hear_link if features.summaries else None
    if not features.comments:
        return Ears(link=link)
    return Ears(
        link=link,
        answers={comments.DIALOG: comment_hearing.hear_answer},
        reply=comment_hearing.hear_reply,
        edit=comment_hearing.hear_edit,
        media=comment_hearing.hear_media,
        command=comment_hearing.hear_command,
    )
