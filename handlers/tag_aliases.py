"""/alias: an operator makes one tag another name for a second, after seeing what that moves."""

from handlers.events import Command, Press
from handlers.lookups import get_tag
from handlers.markup import Markup, cut, join, one_line
from handlers.messages import Message
from handlers.operator_buttons import MergeTags
from handlers.tags import split_labels
from handlers.turn import Turn
from storage.errors import Refusal
from storage.tags import add_tag, find_tag, list_aliases, set_alias

MOST_LISTED = 20
MOST_LABEL = 60


async def ask(turn: Turn, command: Command) -> None:
    """Show what making one tag an alias of another would move, or the aliases that there are."""
    labels = split_labels(command.words)
    if len(labels) != 2:
        await turn.reply(Message(join("\n\n", [turn.t("alias_how"), await _listed(turn)])))
        return
    new = await find_tag(turn.tx, labels[1])
    if new is None:
        raise Refusal("alias_unknown", label=cut(one_line(labels[1]), MOST_LABEL))
    old = await add_tag(turn.tx, labels[0])
    if old is None:
        raise Refusal("follow_no_tag", labels=cut(one_line(labels[0]), MOST_LABEL))
    if old.id == new.id:
        raise Refusal("alias_same", label=new.label)
    rows = (
        (
            turn.button("alias_button", MergeTags(old.id, new.id, True)),
            turn.button("alias_leave_button", MergeTags(old.id, new.id, False)),
        ),
    )
    text = turn.t(
        "alias_ask",
        old=old.label,
        new=new.label,
        articles=old.articles,
        followers=old.followers,
    )
    await turn.reply(Message(text, rows=rows))


async def merge(turn: Turn, _: Press, payload: MergeTags) -> None:
    """Make the one tag an alias of the other, or change nothing."""
    if not payload.sure:
        await turn.edit(Message(turn.t("alias_left")))
        return
    old = await get_tag(turn.tx, payload.alias_id)
    new = await get_tag(turn.tx, payload.tag_id)
    if old.id == new.id:
        raise Refusal("alias_same", label=new.label)
    await set_alias(turn.tx, old.id, new.id)
    text = turn.t("alias_done", old=old.label, new=new.label, followers=old.followers)
    await turn.edit(Message(text))


async def _listed(turn: Turn) -> Markup:
    aliases = await list_aliases(turn.tx, limit=MOST_LISTED)
    if not aliases:
        return Markup("")
    return turn.t("alias_list", aliases=", ".join(f"{old} → {new}" for old, new in aliases))
