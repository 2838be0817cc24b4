"""One event with its transaction: what a handler may read, change and send.

Everything a handler sends goes into the outbox of this transaction; a press is always answered.
"""

from dataclasses import dataclass, field

from telegram import Update

from handlers.callbacks import Payload
from handlers.comment_rules import CommentRules
from handlers.comment_settings import default_rules
from handlers.events import Event, Press, Said, Sent, read_event
from handlers.markup import Markup, cut, one_line, plain
from handlers.messages import Button, Features, Message, to_payload
from handlers.messages.message import Rows, keyboard
from handlers.texts import Catalogue, find_language
from storage.database import Transaction
from storage.errors import Refusal
from storage.model import Draft, Lane, Language, Subscriber
from storage.outbox import enqueue
from storage.subscribers import add_subscriber, find_subscriber, note_language

MOST_ANSWER = 200
# Telegram takes no answer to an older press.
PRESS_SECONDS = 150


@dataclass(frozen=True, slots=True)
class Setup:
    """What the operator set, as far as handlers need it."""

    bot_username: str
    default_language: Language = "en"
    admin_ids: frozenset[int] = frozenset()
    moderation_chat_id: int | None = None
    features: Features = field(default_factory=Features)
    comment_rules: CommentRules = field(default_factory=default_rules)
    relay_undo_seconds: int = 60


class Turn:
    """An event being handled; made by `open_turn`, closed by `finish`."""

    def __init__(
        self,
        tx: Transaction,
        event: Event,
        *,
        setup: Setup,
        texts: Catalogue,
        subscriber: Subscriber | None,
        now_ms: int,
        received_at: int | None = None,
    ) -> None:
        self.tx = tx
        self.event = event
        self.setup = setup
        self.texts = texts
        self.subscriber = subscriber
        self.now_ms = now_ms
        self.language = choose_language(event, subscriber, setup.default_language)
        self._is_answered = received_at is not None and self.now - received_at > PRESS_SECONDS

    @property
    def now(self) -> int:
        """The time in UTC seconds."""
        return self.now_ms // 1000

    @property
    def chat_id(self) -> int:
        """The chat that the event is from."""
        return self.event.chat.id

    @property
    def is_private(self) -> bool:
        """Whether the chat is one person's."""
        return self.event.chat.kind == "private"

    @property
    def is_operator(self) -> bool:
        """Whether the person is one of ADMIN_IDS."""
        return self.event.person is not None and self.event.person.id in self.setup.admin_ids

    @property
    def is_paused(self) -> bool:
        """Whether the chat wants no posts for now."""
        return self.subscriber is not None and self.subscriber.state == "paused"

    def t(self, key: str, **fields: object) -> Markup:
        """Give a text in the reader's language; fields are escaped unless they are Markup."""
        return self.texts.text(self.language, key, **fields)

    def tn(self, key: str, n: int, **fields: object) -> Markup:
        """Give the form of a text that fits the number `n`."""
        return self.texts.plural(self.language, key, n, **fields)

    def button(self, key: str, press: Payload, **fields: object) -> Button:
        """Give a button labelled with a text."""
        return Button(self.t(key, **fields), press)

    def deep_link(self, start: str) -> str:
        """Give the address that opens the private chat with /start and these words."""
        return f"https://t.me/{self.setup.bot_username}?start={start}"

    async def subscribe(self, *, resume: bool = False) -> Subscriber:
        """Make the chat a subscriber; one that is paused stays so unless it is to `resume`."""
        if self.subscriber is not None and self.is_paused and not resume:
            return self.subscriber
        subscriber, _ = await add_subscriber(
            self.tx,
            self.chat_id,
            kind=self.event.chat.kind,
            language=self.language,
            name=self.event.chat.name,
            now=self.now,
        )
        self.subscriber = subscriber
        return subscriber

    async def reload(self) -> None:
        """Read the subscriber again after a change."""
        self.subscriber = await find_subscriber(self.tx, self.chat_id)

    async def reply(
        self,
        message: Message,
        *,
        article_id: int | None = None,
        tracked: bool = False,
    ) -> int:
        """Send a message to the event's chat; gives its outbox row. In groups it is a reply."""
        payload = to_payload(message)
        is_reply = not self.is_private or message.prompt is not None
        if is_reply and isinstance(self.event, Said | Sent):
            payload["reply_parameters"] = {
                "message_id": self.event.message_id,
                "allow_sending_without_reply": True,
            }
        return await self.enqueue(
            Draft(
                self.chat_id,
                Lane.REPLY,
                payload=payload,
                article_id=article_id,
                tracked=tracked,
            )
        )

    async def edit(self, message: Message) -> int:
        """Edit the message whose button was pressed; gives the edit's outbox row."""
        assert isinstance(self.event, Press)
        payload = {**to_payload(message), "message_id": self.event.message_id}
        return await self.enqueue(Draft(self.chat_id, Lane.REPLY, "editMessageText", payload))

    async def edit_buttons(self, rows: Rows) -> int:
        """Give the message whose button was pressed other buttons; its text stays."""
        assert isinstance(self.event, Press)
        payload: dict[str, object] = {
            "message_id": self.event.message_id,
            "reply_markup": keyboard(rows),
        }
        return await self.enqueue(
            Draft(self.chat_id, Lane.REPLY, "editMessageReplyMarkup", payload)
        )

    async def show(self, message: Message) -> int:
        """Edit the pressed message, or reply where a command asked."""
        if isinstance(self.event, Press):
            return await self.edit(message)
        return await self.reply(message)

    async def enqueue(self, draft: Draft) -> int:
        """Put any message in the outbox; gives its row."""
        return await enqueue(self.tx, draft, now_ms=self.now_ms)

    async def answer(self, text: str = "", *, alert: bool = False, start: str = "") -> None:
        """Answer the press, shown for a moment or until closed.

        Only the first answer counts, and none where the press has waited for too long. `start`
        takes the person to the private chat, as a deep link does.
        """
        if self._is_answered or not isinstance(self.event, Press):
            return
        self._is_answered = True
        payload: dict[str, object] = {"callback_query_id": self.event.query_id}
        if text:
            payload["text"] = cut(one_line(plain(text)), MOST_ANSWER)
            payload["show_alert"] = alert
        if start:
            payload["url"] = self.deep_link(start)
        await self.enqueue(Draft(self.chat_id, Lane.ANSWER, "answerCallbackQuery", payload))

    async def respond(self, text: Markup, *, alert: bool = False) -> None:
        """Say a short thing: in the answer to a press, else as a message."""
        if isinstance(self.event, Press):
            await self.answer(text, alert=alert)
        else:
            await self.reply(Message(text))

    async def refuse(self, refusal: Refusal) -> None:
        """Tell the person an expected "no", in their language."""
        await self.respond(self.t(refusal.key, **refusal.fields), alert=True)

    async def finish(self) -> None:
        """Answer a press that its handler left unanswered."""
        await self.answer()


async def open_turn(
    tx: Transaction,
    update: Update,
    *,
    setup: Setup,
    texts: Catalogue,
    now_ms: int,
    received_at: int | None = None,
) -> Turn | None:
    """Make the turn of an update, or None where it means nothing to us.

    `received_at` is when it was taken in, where that may be long ago.
    """
    event = read_event(update)
    if event is None:
        return None
    subscriber = await find_subscriber(tx, event.chat.id)
    turn = Turn(
        tx,
        event,
        setup=setup,
        texts=texts,
        subscriber=subscriber,
        now_ms=now_ms,
        received_at=received_at,
    )
    if subscriber is not None and subscriber.language != turn.language:
        await note_language(tx, subscriber.chat_id, turn.language)  # posts follow the app's too
        await turn.reload()
    return turn


def choose_language(event: Event, subscriber: Subscriber | None, default: Language) -> Language:
    """Give the language to answer in.

    A choice in /settings wins, then the person's own language where we speak it, then what is
    stored, then the default. In groups what is stored comes first: it is the group's.
    """
    if subscriber is not None and (subscriber.language_chosen or event.chat.kind != "private"):
        return subscriber.language
    code = None if event.person is None else event.person.language_code
    spoken = (code or "").lower().split("-")[0]
    return find_language(spoken) or (default if subscriber is None else subscriber.language)
