"""The routes of comments and moderation, for the route table; they appear with the feature."""

from handlers import (
    callbacks,
    comment_buttons,
    comment_commands,
    comment_discussions,
    comment_own,
    comment_reading,
    comments,
    moderation,
    moderation_commands,
    moderation_people,
    moderation_queue,
)
from handlers.command_table import CommandRow
from handlers.comment_text import clean_name
from handlers.messages.message import Rows
from handlers.routing import Route, press
from handlers.turn import Turn


def reader_commands() -> list[CommandRow]:
    """The commands of readers."""
    return [
        CommandRow("comment", comments.ask_by_command),
        CommandRow("discussion", comment_commands.command_discussion),
        CommandRow("join", comment_commands.command_join),
        CommandRow("leave", comment_commands.command_leave),
        CommandRow("report", comment_commands.command_report),
        CommandRow("mute", comment_commands.command_mute),
        CommandRow("edit", comment_commands.command_edit),
        CommandRow("withdraw", comment_commands.command_withdraw),
        CommandRow("appeal", comment_commands.command_appeal),
        CommandRow("name", comment_commands.command_name),
        CommandRow("cancel", comment_commands.command_cancel),
    ]


def moderator_commands() -> list[CommandRow]:
    """The commands of moderators; each checks that it comes from one."""
    return [
        CommandRow("queue", moderation_queue.command_queue, "moderators"),
        CommandRow("next", moderation_commands.command_next, "moderators"),
        CommandRow("card", moderation_commands.command_card, "moderators"),
        CommandRow("approve", moderation_commands.command_approve, "moderators"),
        CommandRow("undo", moderation_commands.command_undo, "moderators"),
        CommandRow("reject", moderation_commands.command_reject, "moderators"),
        CommandRow("remove", moderation_commands.command_remove, "moderators"),
        CommandRow("return", moderation_commands.command_return, "moderators"),
        CommandRow("keep", moderation_commands.command_keep, "moderators"),
        CommandRow("ban", moderation_people.command_ban, "moderators"),
        CommandRow("unban", moderation_people.command_unban, "moderators"),
        CommandRow("trust", moderation_people.command_trust, "moderators"),
        CommandRow("close", moderation_people.command_close, "moderators"),
        CommandRow("open", moderation_people.command_open, "moderators"),
        CommandRow("premod", moderation_queue.command_premod, "moderators"),
        CommandRow("modlog", moderation_queue.command_modlog, "moderators"),
    ]


def presses() -> list[Route]:
    """The buttons of comments."""
    return [
        # readers
        press(callbacks.WriteComment, comments.ask_from_post, in_channels=True),
        press(callbacks.FollowDiscussion, comment_discussions.toggle_follow),
        press(comment_buttons.StopFollowing, comment_discussions.stop_following),
        press(comment_buttons.ShowThread, comment_discussions.show_thread),
        press(comment_buttons.AnswerComment, comments.ask_from_copy),
        press(comment_buttons.ReportComment, comment_reading.press_report),
        press(comment_buttons.GiveReport, comment_reading.take_report),
        press(comment_buttons.MuteAuthor, comment_reading.press_mute),
        press(comment_buttons.CancelQuestion, comment_reading.cancel_question),
        # authors
        press(comment_buttons.EditComment, comment_own.press_edit),
        press(comment_buttons.WithdrawComment, comment_own.press_withdraw),
        press(comment_buttons.AppealComment, comment_own.press_appeal),
        press(comment_buttons.ChoosePseudonym, comment_own.press_name),
        # moderators
        press(comment_buttons.Approve, moderation.press_approve),
        press(comment_buttons.Undo, moderation.press_undo),
        press(comment_buttons.Keep, moderation.press_keep),
        press(comment_buttons.AskReason, moderation.press_ask_reason),
        press(comment_buttons.RejectFor, moderation.press_reject_for),
        press(comment_buttons.AskReturn, moderation.press_ask_return),
        press(comment_buttons.ReturnFor, moderation.press_return_for),
        press(comment_buttons.AskBan, moderation.press_ask_ban),
        press(comment_buttons.BanFor, moderation_people.press_ban),
        press(comment_buttons.ShowMore, moderation.press_more),
        press(comment_buttons.ShowCard, moderation.press_show_card),
        press(comment_buttons.Trust, moderation_people.press_trust),
        press(comment_buttons.Unban, moderation_people.press_unban),
        press(comment_buttons.OpenDiscussion, moderation_people.press_open),
        press(comment_buttons.ShowQueue, moderation_queue.press_queue),
        press(comment_buttons.BringCard, moderation_queue.press_bring_card),
        press(comment_buttons.ShowNext, moderation_queue.press_next),
    ]


async def settings_section(turn: Turn) -> Rows:
    """Give the row of /settings for the name that signs comments; groups write none."""
    if not turn.is_private:
        return ()
    subscriber = turn.subscriber
    name = "" if subscriber is None else subscriber.pseudonym or subscriber.name or ""
    shown = clean_name(name) or turn.t("comment_anonymous")
    button = turn.button("comment_name_button", comment_buttons.ChoosePseudonym(), name=shown)
    return ((button,),)
