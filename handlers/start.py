"""/start and /help: what the bot does, and the first tags to follow."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from handlers.callbacks import ShowTagPage, ToggleTag
from handlers.command_table import Audience, CommandRow
from handlers.events import Command
from handlers.markup import Markup, join
from handlers.menus import send_menus
from handlers.messages import Button, Message
from handlers.messages.message import Rows, pairs
from handlers.tag_lists import tag_buttons
from handlers.tags import follow_labels
from handlers.turn import Turn
from storage.model import Tag
from storage.tags import list_popular_tags, list_recent_tags

POPULAR, RECENT = 6, 4

# What t.me/<bot>?start=<kind>_<name> does, by kind.
DeepLinks = Mapping[str, Callable[[Turn, str], Awaitable[None]]]


async def greet(rows: Sequence[CommandRow], links: DeepLinks, turn: Turn, command: Command) -> None:
    """Welcome a reader, who receives posts from now on, or do what a deep link says."""
    was_away = turn.subscriber is not None and turn.subscriber.state != "active"
    await turn.subscribe(resume=True)
    if turn.is_operator:
        await send_menus(turn.tx, rows, turn.texts, turn.setup, now_ms=turn.now_ms)
    kind, _, name = command.words.partition("_")
    if name and kind in links:
        await links[kind](turn, name)
        return
    tags = await _proposals(turn)
    await turn.reply(Message(_hello(turn, is_back=was_away, has_tags=bool(tags)), rows=tags))


async def follow_linked(turn: Turn, name: str) -> None:
    """Follow the tag that a deep link names."""
    await follow_labels(turn, [name])


def _hello(turn: Turn, *, is_back: bool, has_tags: bool) -> Markup:
    if not turn.is_private:
        return turn.t("start_hello_group")
    first = turn.t("start_back" if is_back else "start_hello")
    return join("\n", [first, turn.t("start_next" if has_tags else "start_next_bare")])


async def explain(rows: Sequence[CommandRow], turn: Turn, _: Command) -> None:
    """List the commands that there are for this person, and what is kept about them."""
    sections = [
        turn.t("help_intro"),
        _section(turn, rows, "readers"),
        turn.t("help_buttons"),
        turn.t("help_privacy_comments" if turn.setup.features.comments else "help_privacy"),
    ]
    if turn.setup.features.chat_model:
        sections.append(turn.t("help_privacy_model"))
    if turn.is_operator:
        sections += [turn.t("help_operators"), _section(turn, rows, "operators")]
    if turn.chat_id == turn.setup.moderation_chat_id and turn.setup.features.comments:
        sections += [turn.t("help_moderators"), _section(turn, rows, "moderators")]
    await turn.reply(Message(join("\n\n", sections)))


def _section(turn: Turn, rows: Sequence[CommandRow], audience: Audience) -> Markup:
    return join(
        "\n",
        (
            turn.t("help_line", command=row.name, about=turn.t(f"command_{row.name}"))
            for row in rows
            if row.audience == audience
        ),
    )


async def _proposals(turn: Turn) -> Rows:
    """Give buttons for the most followed tags, then those of the newest articles."""
    popular = await list_popular_tags(turn.tx, limit=POPULAR)
    recent = await list_recent_tags(turn.tx, limit=POPULAR + RECENT)
    known = {tag.id for tag in popular}
    tags: list[Tag] = [*popular, *(tag for tag in recent if tag.id not in known)]
    buttons = await tag_buttons(turn, tags[: POPULAR + RECENT], ToggleTag)
    more: tuple[Button, ...] = (turn.button("tags_all_button", ShowTagPage()),) if tags else ()
    return (*pairs(buttons), more) if more else ()
