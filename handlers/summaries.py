"""Summaries in chat: asked for by button, in reply or with a link; made by a job; given once.

What asks for a summary sends nothing but a placeholder that leaves after half a second: where the
job is quicker, its answer goes out instead.
"""

from handlers.callbacks import ShowKeyPoints, Summarize
from handlers.events import Command, Press, Said
from handlers.lookups import get_article
from handlers.markup import is_web_address
from handlers.messages import Message, to_payload
from handlers.messages.summary import render_key_points
from handlers.turn import Turn
from storage.articles import find_article_by_url
from storage.errors import Refusal
from storage.jobs import add_job
from storage.model import Article, Draft, Lane, OutboxState
from storage.outbox import find_own_copy, find_receipt, find_row
from storage.summaries import (
    StoredSummary,
    SummaryAnswer,
    count_asked,
    find_answer,
    find_summary,
    record_answer,
)

# The job. Its payload: article_id or url; chat_id, person_id and language of who asks; reply_to,
# the message to answer; has_post, whether that message shows the lead; action_id and row_id, the
# outbox rows that tell of work under way.
SUMMARIZE = "summarize"
PATIENCE_MS = 500  # later than this the reader sees that work is under way
MOST_ASKED = 3  # at once in one private chat


async def press_summary(turn: Turn, press: Press, payload: Summarize) -> None:
    """Give the article of a post in short, below it."""
    article = await get_article(turn.tx, payload.article_id)
    await _give(turn, article, reply_to=press.message_id, has_post=True)


async def ask_summary(turn: Turn, command: Command) -> None:
    """Give in short the article that a message of ours carries, or the page of a link."""
    url = _find_link(command)
    if url is not None:
        await _summarize_link(turn, command, url)
        return
    receipt = None
    if command.reply_to is not None:
        receipt = await find_receipt(turn.tx, turn.chat_id, command.reply_to)
    if receipt is None or receipt.article_id is None:
        raise Refusal("summary_how")
    article = await get_article(turn.tx, receipt.article_id)
    await _give(turn, article, reply_to=receipt.message_id, has_post=True)


async def hear_link(turn: Turn, said: Said) -> bool:
    """Give the page of a link in short when a reader sends nothing else."""
    url = said.text.strip()
    if not is_web_address(url):
        return False
    await _summarize_link(turn, said, url)
    return True


async def show_key_points(turn: Turn, press: Press, payload: ShowKeyPoints) -> None:
    """Put the key points below the summary, in the same message."""
    summary = await find_summary(turn.tx, payload.summary_id)
    if summary is None:
        raise Refusal("summary_outdated")
    lead = await _missing_lead(turn, press, summary)
    await turn.edit(render_key_points(summary, turn.language, turn.texts, lead=lead))


async def _missing_lead(turn: Turn, press: Press, summary: StoredSummary) -> str:
    """Give the lead that a summary carries where the chat has no post of its article."""
    if summary.article_id is None or summary.note is not None:
        return ""
    post = await find_own_copy(turn.tx, turn.chat_id, summary.article_id)
    if post is not None and post.message_id != press.message_id:
        return ""
    return (await get_article(turn.tx, summary.article_id)).lead


async def _summarize_link(turn: Turn, asked: Command | Said, url: str) -> None:
    """Give the stored article of an address below the chat's own copy, or the page there."""
    article = await find_article_by_url(turn.tx, url)
    if article is None:
        await _ask(turn, url=url, reply_to=asked.message_id, has_post=False)
        return
    post = await find_own_copy(turn.tx, turn.chat_id, article.id)
    reply_to = asked.message_id if post is None else post.message_id
    await _give(turn, article, reply_to=reply_to, has_post=post is not None)


async def _give(turn: Turn, article: Article, *, reply_to: int, has_post: bool) -> None:
    """Lead back to the answer that the chat has already, or have one made."""
    answer = await find_answer(turn.tx, turn.chat_id, article.id)
    if answer is not None and _still_holds(answer, article, turn.now):
        row = await find_row(turn.tx, answer.outbox_id)
        if row is not None and row.state in (OutboxState.WAITING, OutboxState.SENDING):
            await turn.answer(turn.t("summary_coming"))
            return
        if row is not None and row.state in (OutboxState.SENT, OutboxState.UNKNOWN):
            await _lead_back(turn, row.id)
            return
    row_id = await _ask(turn, article_id=article.id, reply_to=reply_to, has_post=has_post)
    answer = SummaryAnswer(row_id, article.content_hash)
    await record_answer(turn.tx, turn.chat_id, article.id, answer, now=turn.now)


def _still_holds(answer: SummaryAnswer, article: Article, now: int) -> bool:
    if answer.content_hash != article.content_hash:
        return False
    return answer.again_at is None or now < answer.again_at


async def _lead_back(turn: Turn, row_id: int) -> None:
    """Point at the first answer by a short reply to it."""
    payload = to_payload(Message(turn.t("summary_above")))
    payload["reply_parameters"] = {"allow_sending_without_reply": True}
    await turn.enqueue(Draft(turn.chat_id, Lane.REPLY, payload=payload, target_id=row_id))
    await turn.answer(turn.t("summary_above"))


async def _ask(
    turn: Turn,
    *,
    reply_to: int,
    has_post: bool,
    article_id: int | None = None,
    url: str | None = None,
) -> int:
    """Have a summary made; gives the placeholder's row, which becomes the answer."""
    if turn.is_private and await count_asked(turn.tx, SUMMARIZE, turn.chat_id) >= MOST_ASKED:
        raise Refusal("summary_busy")
    action_id, row_id = await _announce(turn, reply_to, article_id)
    person = turn.event.person
    job: dict[str, object] = {
        **({"url": url} if article_id is None else {"article_id": article_id}),
        "chat_id": turn.chat_id,
        "person_id": turn.chat_id if person is None else person.id,
        "language": turn.language,
        "reply_to": reply_to,
        "has_post": has_post,
        "action_id": action_id,
        "row_id": row_id,
    }
    await add_job(turn.tx, SUMMARIZE, job, now=turn.now)
    return row_id


async def _announce(turn: Turn, reply_to: int, article_id: int | None) -> tuple[int, int]:
    """Show in a while that work is under way; gives the rows of the action and the placeholder."""
    due_ms = turn.now_ms + PATIENCE_MS
    action = Draft(turn.chat_id, Lane.ANSWER, "sendChatAction", {"action": "typing"}, due_ms=due_ms)
    payload = to_payload(Message(turn.t("summary_working")))
    payload["reply_parameters"] = {"message_id": reply_to, "allow_sending_without_reply": True}
    placeholder = Draft(
        turn.chat_id,
        Lane.REPLY,
        payload=payload,
        article_id=article_id,
        tracked=True,
        due_ms=due_ms,
    )
    return await turn.enqueue(action), await turn.enqueue(placeholder)


def _find_link(command: Command) -> str | None:
    """Give the first address of a command, written or linked; None where it has none."""
    for entity in command.entities:
        if entity.kind == "text_link" and entity.url and is_web_address(entity.url):
            return entity.url
    words = command.words.split()
    for word in words:
        if is_web_address(word):
            return word
    if words and "." in words[0].strip(".").split("/")[0]:
        guess = f"https://{words[0]}"  # a host as people write it, without the scheme
        return guess if is_web_address(guess) else None
    return None
