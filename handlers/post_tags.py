"""The menu behind a post's "Tags" button: follow or mute each tag of the article, in place."""

from handlers.callbacks import FollowFromPost, MuteFromPost, ShowPost, ShowTags
from handlers.comment_discussions import rows_of_post
from handlers.events import Press
from handlers.lookups import get_article, get_tag
from handlers.messages import Button
from handlers.messages.message import Rows
from handlers.tag_lists import FOLLOWED, MUTED, OTHER
from handlers.turn import Turn
from storage.errors import Refusal
from storage.model import Article, Tag
from storage.subscribers import find_marks, follow_tag, mute_tag, unfollow_tag

MOST_TAGS = 12


async def show_menu(turn: Turn, _: Press, payload: ShowTags) -> None:
    """Put the article's tags in place of the post's buttons."""
    article = await get_article(turn.tx, payload.article_id)
    if not article.tags:
        raise Refusal("post_no_tags")
    await turn.edit_buttons(await _menu(turn, article))


async def show_post(turn: Turn, _: Press, payload: ShowPost) -> None:
    """Put the post's own buttons back."""
    article = await get_article(turn.tx, payload.article_id)
    await turn.edit_buttons(await rows_of_post(turn, article))


async def follow(turn: Turn, _: Press, payload: FollowFromPost) -> None:
    """Follow a tag, or drop it where it is followed."""
    await _toggle(turn, payload, muted=False)


async def mute(turn: Turn, _: Press, payload: MuteFromPost) -> None:
    """Mute a tag, or hear of it again where it is muted."""
    await _toggle(turn, payload, muted=True)


async def _toggle(turn: Turn, payload: FollowFromPost | MuteFromPost, *, muted: bool) -> None:
    """Follow or mute a tag, or neither where that is so already."""
    article, tag, mark = await _chosen(turn, payload.article_id, payload.tag_id)
    if mark is muted:
        await unfollow_tag(turn.tx, turn.chat_id, tag.id)
        said = turn.t("unmuted_answer" if muted else "unfollowed_answer", tag=tag.label)
    else:
        await turn.subscribe()
        await (mute_tag if muted else follow_tag)(turn.tx, turn.chat_id, tag.id, now=turn.now)
        said = turn.t("muted_answer" if muted else "followed_answer", tag=tag.label)
    await turn.answer(said)
    await turn.edit_buttons(await _menu(turn, article))


async def _chosen(turn: Turn, article_id: int, tag_id: int) -> tuple[Article, Tag, bool | None]:
    """Give article, tag, and whether the chat follows (False) or mutes (True) it."""
    article = await get_article(turn.tx, article_id)
    tag = await get_tag(turn.tx, tag_id)
    return article, tag, (await find_marks(turn.tx, turn.chat_id, [tag.id])).get(tag.id)


async def _menu(turn: Turn, article: Article) -> Rows:
    tags = article.tags[:MOST_TAGS]
    marks = await find_marks(turn.tx, turn.chat_id, [tag.id for tag in tags])

    def row(tag_id: int, label: str) -> tuple[Button, ...]:
        mark = marks.get(tag_id)
        muted = turn.t("unmute_button") if mark else f"{MUTED} {turn.t('mute_button')}"
        return (
            Button(
                f"{FOLLOWED if mark is False else OTHER} {label}",
                FollowFromPost(article.id, tag_id),
            ),
            Button(muted, MuteFromPost(article.id, tag_id)),
        )

    back = (turn.button("back_button", ShowPost(article.id)),)
    return (*(row(tag.id, tag.label) for tag in tags), back)
