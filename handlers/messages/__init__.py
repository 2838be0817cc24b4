"""What people are shown: records become texts, buttons and previews. Pure."""

from handlers.markup import Markup, bold, escape, join, link, plain
from handlers.messages.message import Button, Message, Preview, Prompt, to_payload
from handlers.messages.post import Features, post_rows, render_post

__all__ = [
    "Button",
    "Features",
    "Markup",
    "Message",
    "Preview",
    "Prompt",
    "bold",
    "escape",
    "join",
    "link",
    "plain",
    "post_rows",
    "render_post",
    "to_payload",
]
