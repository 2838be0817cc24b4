"""/follow and /unfollow: what a chat follows, by name or by button."""

import re
from collections.abc import Sequence

from handlers.article_lists import article_line
from handlers.callbacks import (
    FollowAgain,
    Payload,
    ShowFollowing,
    ShowTagPage,
    ToggleTag,
    UndoFollow,
)
from handlers.events import Command, Press
from handlers.lookups import get_tag
from handlers.markup import bold, cut, join, one_line
from handlers.messages import Button, Markup, Message
from handlers.messages.message import pairs
from handlers.tag_lists import pack_ids, redraw, tag_buttons, unpack_ids
from handlers.turn import Turn
from storage.errors import Refusal
from storage.latest import list_latest_of_tag
from storage.model import Tag
from storage.subscribers import (
    count_subscriptions,
    find_marks,
    follow_tag,
    unfollow_tag,
)
from storage.tags import add_tag, find_tag, find_tag_by_id, list_similar_tags

MOST_AT_ONCE = 20
MOST_FOLLOWED = 500
MOST_IDS = 60  # bytes of ids that fit into a button
LATEST = 3  # articles shown of each tag, and tags of which that many are shown
SIMILAR = 4
PROPOSED = 8


def split_labels(words: str) -> list[str]:
    """Read a command's tags: separated by spaces when they start with '#', else by commas."""
    labels: list[str] = []
    for part in re.split(r"[,\n]", words):
        pieces = part.split()
        hashed = bool(pieces) and all(piece.startswith("#") for piece in pieces)
        labels += pieces if hashed else [part.strip()]
    return list(dict.fromkeys(label for label in labels if label.strip("# ")))


async def follow(turn: Turn, command: Command) -> None:
    """Follow the tags that the command names."""
    labels = split_labels(command.words)
    if not labels:
        rows = ((turn.button("tags_all_button", ShowTagPage()),),)
        await turn.reply(Message(turn.t("follow_how"), rows=rows))
        return
    await follow_labels(turn, labels)


async def follow_labels(turn: Turn, labels: Sequence[str]) -> None:
    """Follow tags by their labels and tell what that brings."""
    if len(labels) > MOST_AT_ONCE:
        raise Refusal("follow_too_many", most=MOST_AT_ONCE)
    followed, _ = await count_subscriptions(turn.tx, turn.chat_id)
    if followed + len(labels) > MOST_FOLLOWED:
        raise Refusal("follow_full", most=MOST_FOLLOWED)
    tags: list[Tag] = []
    refused: list[str] = []
    for label in labels:
        tag = await add_tag(turn.tx, label)
        if tag is None:
            refused.append(cut(one_line(label), 40))
        elif tag not in tags:
            tags.append(tag)
    await turn.subscribe()
    added = [tag for tag in tags if await follow_tag(turn.tx, turn.chat_id, tag.id, now=turn.now)]
    await _tell_followed(turn, added, [tag for tag in tags if tag not in added], refused)


async def _tell_followed(
    turn: Turn, added: Sequence[Tag], known: Sequence[Tag], refused: Sequence[str]
) -> None:
    parts: list[Markup] = []
    if added:
        parts.append(turn.t("follow_done", tags=_names(added)))
    if known:
        parts.append(turn.t("follow_already", tags=_names(known)))
    if refused:
        parts.append(turn.t("follow_no_tag", labels=", ".join(refused)))
    empty = [tag for tag in added if tag.articles == 0]
    carried = [tag for tag in (*added, *known) if tag.articles]
    shown = LATEST if len(carried) <= LATEST else 1
    parts += [await _tell_articles(turn, tag, shown) for tag in carried]
    if empty:
        parts.append(turn.t("follow_none_yet", tags=_names(empty)))
    similar = await _similar(turn, empty)
    if similar:
        parts.append(turn.t("follow_meant"))
    if turn.is_paused:
        parts.append(turn.t("follow_paused"))
    rows = list(pairs(await tag_buttons(turn, similar, ToggleTag)))
    ids = pack_ids(added)
    if added and len(ids) <= MOST_IDS:
        rows.append((turn.button("undo_button", UndoFollow(ids)),))
    await turn.reply(Message(join("\n\n", parts), rows=tuple(rows)))


async def _tell_articles(turn: Turn, tag: Tag, shown: int) -> Markup:
    """Tell how many articles carry a tag, with the latest as links."""
    latest = await list_latest_of_tag(turn.tx, tag.id, limit=shown)
    head = turn.tn("follow_articles", tag.articles, tag=bold(tag.label))
    return join("\n", [head, *(article_line(turn, article) for article in latest)])


async def _similar(turn: Turn, tags: Sequence[Tag]) -> list[Tag]:
    """Give tags that may be meant by those which no article carries."""
    found: dict[int, Tag] = {}
    for tag in tags:
        for near in await list_similar_tags(turn.tx, tag.label, limit=SIMILAR):
            found.setdefault(near.id, near)
    marks = await find_marks(turn.tx, turn.chat_id, found)
    return [tag for tag in found.values() if tag.id not in marks][:PROPOSED]


async def unfollow(turn: Turn, command: Command) -> None:
    """Drop the tags that the command names."""
    labels = split_labels(command.words)
    if not labels:
        rows = ((turn.button("following_button", ShowFollowing()),),)
        await turn.reply(Message(turn.t("unfollow_how"), rows=rows))
        return
    dropped: list[Tag] = []
    missing: list[str] = []
    for label in labels[:MOST_AT_ONCE]:
        tag = await find_tag(turn.tx, label)
        if tag is not None and await unfollow_tag(turn.tx, turn.chat_id, tag.id):
            dropped.append(tag)
        else:
            missing.append(cut(one_line(label), 40))
    parts = [
        turn.t("unfollow_done", tags=_names(dropped)) if dropped else "",
        turn.t("unfollow_missing", labels=", ".join(missing)) if missing else "",
    ]
    buttons = _undo(turn, "follow_again_button", FollowAgain, dropped)
    more = turn.button("following_button", ShowFollowing())
    await turn.reply(Message(join("\n\n", parts), rows=((*buttons, more),)))


async def toggle(turn: Turn, press: Press, payload: ToggleTag) -> None:
    """Follow a tag of a list, or no longer, and mark it so."""
    await flip(turn, payload.tag_id)
    if press.keyboard:
        await turn.edit_buttons(await redraw(turn, press.keyboard))


async def flip(turn: Turn, tag_id: int) -> None:
    """Follow a tag, or drop it where it is followed or muted, and answer so."""
    tag = await get_tag(turn.tx, tag_id)
    if tag.id in await find_marks(turn.tx, turn.chat_id, [tag.id]):
        await unfollow_tag(turn.tx, turn.chat_id, tag.id)
        await turn.answer(turn.t("unfollowed_answer", tag=tag.label))
    else:
        await turn.subscribe()
        await follow_tag(turn.tx, turn.chat_id, tag.id, now=turn.now)
        await turn.answer(turn.t("followed_answer", tag=tag.label))


async def undo_follow(turn: Turn, _: Press, payload: UndoFollow) -> None:
    """Drop what one /follow added."""
    tags = await _tags_of(turn, payload.tags)
    for tag in tags:
        await unfollow_tag(turn.tx, turn.chat_id, tag.id)
    buttons = _undo(turn, "follow_again_button", FollowAgain, tags)
    await turn.edit(Message(turn.t("unfollow_done", tags=_names(tags)), rows=(buttons,)))


async def follow_again(turn: Turn, _: Press, payload: FollowAgain) -> None:
    """Follow again what was dropped."""
    tags = await _tags_of(turn, payload.tags)
    await turn.subscribe()
    for tag in tags:
        await follow_tag(turn.tx, turn.chat_id, tag.id, now=turn.now)
    buttons = _undo(turn, "undo_button", UndoFollow, tags)
    await turn.edit(Message(turn.t("follow_done", tags=_names(tags)), rows=(buttons,)))


async def _tags_of(turn: Turn, ids: str) -> list[Tag]:
    found = [await find_tag_by_id(turn.tx, tag_id) for tag_id in unpack_ids(ids)]
    tags = [tag for tag in found if tag is not None]
    if not tags:
        raise Refusal("tag_gone")
    return tags


def _undo(
    turn: Turn, key: str, payload: type[UndoFollow] | type[FollowAgain], tags: Sequence[Tag]
) -> tuple[Button, ...]:
    ids = pack_ids(tags)
    press: Payload = payload(ids)
    return (turn.button(key, press),) if tags and len(ids) <= MOST_IDS else ()


def _names(tags: Sequence[Tag]) -> Markup:
    return join(", ", (bold(tag.label) for tag in tags))
