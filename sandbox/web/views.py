"""What the page is told: messages, seats, articles and changes as plain JSON. Pure.

Text travels as text with its entities, never as HTML; the page builds the nodes itself.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from sandbox.newsroom import Article, Newsroom, Preview
from sandbox.telegram import Change, Message
from sandbox.web.seats import Seat

Json = dict[str, Any]
FindPreview = Callable[[str], Preview | None]
SNIPPET = 160


def view_seat(seat: Seat, commands: Mapping[tuple[str, str], Sequence[Json]]) -> Json:
    """A seat with the command menu that Telegram would show there."""
    return {
        "key": seat.key,
        "role": seat.role,
        "name": seat.person.name,
        "language": seat.person.user.language,
        "person": seat.person.id,
        "chat": seat.chat.id,
        "title": seat.chat.title,
        "private": seat.chat.kind == "private",
        "commands": find_commands(seat, commands),
    }


def find_commands(seat: Seat, commands: Mapping[tuple[str, str], Sequence[Json]]) -> list[Json]:
    """The narrowest command list that was set for the seat's chat and language."""
    audience = "all_private_chats" if seat.chat.kind == "private" else "all_group_chats"
    scopes: tuple[Json, ...] = (
        {"type": "chat", "chat_id": seat.chat.id},
        {"type": audience},
        {"type": "default"},
    )
    by_scope = {(_canonical(scope), language): menu for (scope, language), menu in commands.items()}
    for scope in scopes:
        for language in (seat.person.user.language or "", ""):
            menu = by_scope.get((_canonical(scope), language))
            if menu:
                return list(menu)
    return []


def _canonical(scope: str | Json) -> str:
    return json.dumps(json.loads(scope) if isinstance(scope, str) else scope, sort_keys=True)


def view_message(message: Message, find_preview: FindPreview) -> Json:
    """A message as its chat shows it."""
    sender = message.sender
    markup = message.reply_markup or {}
    return {
        "id": message.message_id,
        "chat": message.chat.id,
        "from": {
            "id": sender.id if sender else 0,
            "name": sender.first_name if sender else message.chat.title,
            "bot": message.is_from_bot,
        },
        "date": message.date,
        "edited": message.edited_at,
        "text": message.text,
        "entities": message.entities,
        "keyboard": [[_view_button(button) for button in row] for row in message.keyboard],
        "asksReply": markup.get("input_field_placeholder", "") if "force_reply" in markup else None,
        "reply": _view_reply(message),
        "preview": _view_preview(message, find_preview),
        "file": _view_file(message),
        "service": sorted(message.service)[0] if message.service else None,
    }


def _view_button(button: Json) -> Json:
    copied = button.get("copy_text", {}).get("text")
    return {"text": button["text"], "url": button.get("url"), "copy": copied}


def _view_reply(message: Message) -> Json | None:
    parent = message.reply_to
    if parent is None:
        return None
    return {
        "id": parent.message_id,
        "name": parent.sender.first_name if parent.sender else parent.chat.title,
        "text": (message.quote or parent.text)[:SNIPPET],
        "quoted": message.quote is not None,
        "deleted": parent.deleted,
    }


def _view_preview(message: Message, find_preview: FindPreview) -> Json | None:
    """The card of the link that Telegram would preview: the chosen one, else the first."""
    options = message.link_preview_options or {}
    if options.get("is_disabled") or message.attachment is not None:
        return None
    links = [options["url"]] if options.get("url") else _list_links(message)
    for link in links[:1]:
        preview = find_preview(link)
        if preview is not None:
            return {
                "article": preview.article_id,
                "url": preview.url,
                "site": preview.site,
                "title": preview.title,
                "description": preview.description,
                "picture": f"/picture?url={quote(link, safe='')}",
                "above": bool(options.get("show_above_text")),
                "large": not options.get("prefer_small_media", False),
            }
    return None


def _list_links(message: Message) -> list[str]:
    pieces = iter(message.parts("url"))
    return [
        entity["url"] if entity["type"] == "text_link" else next(pieces)
        for entity in message.entities
        if entity["type"] in ("text_link", "url")
    ]


def _view_file(message: Message) -> Json | None:
    attachment = message.attachment
    if attachment is None:
        return None
    return {
        "name": attachment.name,
        "size": len(attachment.content),
        "url": f"/files/{attachment.file_id}",
    }


def view_article(article: Article, newsroom: Newsroom) -> Json:
    """A published article as the panel lists it."""
    paper = newsroom.publications[article.publication]
    return {
        "id": article.id,
        "url": newsroom.article_url(article.id),
        "title": article.title,
        "paper": paper.title,
        "language": paper.language,
        "form": view_draft(article),
    }


def view_draft(article: Article) -> Json:
    """An article as the fields of the form hold it."""
    return {
        "publication": article.publication,
        "title": article.title,
        "lead": article.lead,
        "body": "\n\n".join(article.body),
        "tags": ", ".join(article.tags),
        "author": article.author,
        "section": article.section,
    }


def view_change(change: Change, find_preview: FindPreview) -> tuple[str, Json] | None:
    """The event that tells the page of a change; None for what it does not show."""
    message = change.message
    match change.kind:
        case "message" | "edited" if message is not None and not message.deleted:
            return change.kind, view_message(message, find_preview)
        case "deleted" if message is not None:
            return "deleted", {"chat": message.chat.id, "id": message.message_id}
        case "action" if change.chat is not None:
            return "action", {"chat": change.chat.id, "action": change.data.get("action")}
        case "answered" if change.press is not None and change.press.answer is not None:
            press, answer = change.press, change.press.answer
            return "answered", {
                "person": press.person.id,
                "chat": press.message.chat.id,
                "id": press.message.message_id,
                "text": answer.text,
                "alert": answer.show_alert,
            }
        case _:
            return None
