"""Answers to what people press and type inline; they have no flood limit."""

from __future__ import annotations

from sandbox.telegram.errors import bad_request
from sandbox.telegram.methods.query import Query
from sandbox.telegram.people import Answer
from sandbox.telegram.updates import LIFETIMES

_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
_TEXT_LIMIT = 200
_MOST_RESULTS = 50


async def answer_callback_query(query: Query) -> bool:
    """Show a notice or an alert to who pressed; only the first answer of a query is shown."""
    press = query.world.presses.get(query.args.text("callback_query_id"))
    if press is None or press.at + LIFETIMES["callback_query"] <= query.world.clock():
        raise bad_request(_TOO_OLD)
    text, url = query.args.text("text"), query.args.text("url")
    if len(text) > _TEXT_LIMIT:
        raise bad_request("MESSAGE_TOO_LONG")
    own_link = f"t.me/{query.world.bot.username}?start="
    if url and not url.removeprefix("https://").lower().startswith(own_link.lower()):
        raise bad_request("URL_INVALID")
    query.call.applied, query.call.chat_id = True, press.message.chat.id
    press.answers.append(Answer(text, query.args.boolean("show_alert"), url or None))
    query.world.changes.tell("answered", chat=press.message.chat, press=press)
    return True


async def answer_inline_query(query: Query) -> bool:
    """Show results under what somebody types inline."""
    results = query.args.json("results", "can't parse JSON encoded inline query results")
    if not isinstance(results, list):
        raise bad_request("expected an Array of InlineQueryResult")
    if len(results) > _MOST_RESULTS:
        raise bad_request("too many inline query results specified")
    ids = [r.get("id") if isinstance(r, dict) else None for r in results]
    if not all(isinstance(i, str) and 1 <= len(i.encode()) <= 64 for i in ids):
        raise bad_request("RESULT_ID_INVALID")
    if len(set(ids)) < len(ids):
        raise bad_request("RESULT_ID_DUPLICATE")
    typed = query.world.inline_queries.get(query.args.text("inline_query_id"))
    if typed is None:
        raise bad_request(_TOO_OLD)
    query.call.applied = True
    typed.results = results
    query.world.changes.tell("answered", chat=typed.person.chat, data={"inline": typed.query_id})
    return True
