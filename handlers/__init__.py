"""What a person's action means: every event of Telegram leads to one handler here."""

from functools import partial

from handlers import start, tags
from handlers.callbacks import FollowAgain, ToggleTag, UndoFollow
from handlers.command_table import CommandRow
from handlers.messages import Features
from handlers.routing import Route, press


def command_table(features: Features) -> list[CommandRow]:
    """Every command, in the order of /help and of Telegram's menu."""
    rows: list[CommandRow] = []
    rows += [
        CommandRow("start", start.greet),
        CommandRow("help", partial(start.explain, rows)),
        CommandRow("follow", tags.follow),
        CommandRow("unfollow", tags.unfollow),
    ]
    return rows


def routes(features: Features) -> list[Route]:
    """Every route; the first that fits an update takes it."""
    return [
        *(row.route() for row in command_table(features)),
        press(ToggleTag, tags.toggle),
        press(UndoFollow, tags.undo_follow),
        press(FollowAgain, tags.follow_again),
    ]
