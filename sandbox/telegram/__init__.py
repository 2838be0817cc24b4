"""A strict local Telegram Bot API server, with the people who talk to the bot.

`async with TelegramServer() as server:` starts it; see `TelegramServer` for what it offers.
"""

from sandbox.telegram.changes import Change, Subscription
from sandbox.telegram.chats import Chat
from sandbox.telegram.clock import FakeClock
from sandbox.telegram.faults import Fault, Faults
from sandbox.telegram.flood import Limits
from sandbox.telegram.log import Call, Sent
from sandbox.telegram.messages import Attachment, Message, User
from sandbox.telegram.people import Answer, InlineQuery, Person, Press
from sandbox.telegram.server import TelegramServer

__all__ = [
    "Answer",
    "Attachment",
    "Call",
    "Change",
    "Chat",
    "FakeClock",
    "Fault",
    "Faults",
    "InlineQuery",
    "Limits",
    "Message",
    "Person",
    "Press",
    "Sent",
    "Subscription",
    "TelegramServer",
    "User",
]
