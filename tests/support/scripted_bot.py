"""A stand-in for the real bot that talks to the page's tests: a few fixed answers over HTTP.

It knows one trick each of what the page must show: a keyboard, an edit, a toast, an alert, a
prompt, a file, a deletion, a link card and a chat action.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from aiohttp import ClientSession, FormData

from sandbox.newsroom import Article, Newsroom
from sandbox.telegram import Person, TelegramServer

KEYS = [
    [{"text": "Follow 5G", "callback_data": "follow"}, {"text": "Alert", "callback_data": "alert"}]
]


class ScriptedBot:
    """Answers /start, /ask, /file, /go and button presses; `post` sends an article's card."""

    def __init__(self, server: TelegramServer, session: ClientSession) -> None:
        self._base = f"{server.url}/bot{server.token}"
        self._session = session

    async def call(self, method: str, **arguments: Any) -> Any:
        """Call a method of the Bot API; AssertionError with its words when it refuses."""
        async with self._session.post(f"{self._base}/{method}", json=arguments) as response:
            answer = await response.json()
        assert answer["ok"], answer
        return answer["result"]

    async def run(self) -> None:
        """Poll and answer until cancelled."""
        offset = 0
        while True:
            for update in await self.call("getUpdates", offset=offset, timeout=20):
                offset = update["update_id"] + 1
                if "message" in update and "text" in update["message"]:
                    await self.hear(update["message"])
                elif "callback_query" in update:
                    await self.feel(update["callback_query"])

    async def hear(self, message: dict[str, Any]) -> None:
        chat, text = message["chat"]["id"], message["text"]
        if text == "/start":
            await self.call("sendChatAction", chat_id=chat, action="typing")
            await self.say(chat, "Welcome to <b>Relais</b>.", {"inline_keyboard": KEYS})
        elif text == "/ask":
            prompt = {"force_reply": True, "input_field_placeholder": "Your comment"}
            await self.say(chat, "What do you think?", prompt)
        elif text == "/file":
            form = FormData({"chat_id": str(chat)})
            form.add_field("document", b"{}", filename="data.json")
            async with self._session.post(f"{self._base}/sendDocument", data=form) as response:
                assert response.ok
        elif text == "/go":
            sent = await self.say(chat, "This will go.")
            await self.call("deleteMessage", chat_id=chat, message_id=sent["message_id"])
        elif "reply_to_message" in message:
            await self.call(
                "sendMessage",
                chat_id=chat,
                text=f"Heard: {text}",
                reply_parameters={"message_id": message["message_id"]},
            )

    async def feel(self, query: dict[str, Any]) -> None:
        if query["data"] == "alert":
            await self.call(
                "answerCallbackQuery", callback_query_id=query["id"], text="Mind!", show_alert=True
            )
            return
        await self.call("answerCallbackQuery", callback_query_id=query["id"], text="Followed")
        await self.call(
            "editMessageText",
            chat_id=query["message"]["chat"]["id"],
            message_id=query["message"]["message_id"],
            text="You follow #5G now.",
            reply_markup={"inline_keyboard": KEYS},
        )

    async def say(self, chat: int, html: str, markup: dict[str, Any] | None = None) -> Any:
        return await self.call(
            "sendMessage",
            chat_id=chat,
            text=html,
            parse_mode="HTML",
            **({"reply_markup": markup} if markup else {}),
        )

    async def post(self, chat: int, title: str, url: str, labels: list[str]) -> Any:
        """Send an article as the real bot does: linked title and a large card above."""
        preview = {"url": url, "show_above_text": True, "prefer_large_media": True}
        keys = [[{"text": label, "callback_data": label} for label in labels]]
        return await self.call(
            "sendMessage",
            chat_id=chat,
            text=f'<b><a href="{url}">{title}</a></b>\n\n#5G',
            parse_mode="HTML",
            link_preview_options=preview,
            reply_markup={"inline_keyboard": keys},
        )


@asynccontextmanager
async def scripted_bot(
    server: TelegramServer, newsroom: Newsroom, readers: list[Person]
) -> AsyncIterator[ScriptedBot]:
    """Run a scripted bot that also posts every new article to the readers who have written."""
    async with ClientSession() as session:
        bot = ScriptedBot(server, session)
        tasks = [asyncio.create_task(bot.run())]

        def hand_out(kind: str, article: Article) -> None:
            if kind == "published":
                url = newsroom.article_url(article.id)
                for reader in readers:
                    if reader.has_started:
                        post = bot.post(reader.id, article.title, url, ["Summary"])
                        tasks.append(asyncio.create_task(post))

        newsroom.listeners.append(hand_out)
        try:
            yield bot
        finally:
            newsroom.listeners.remove(hand_out)
            tasks[0].cancel()
            with suppress(asyncio.CancelledError):
                await tasks[0]
            await asyncio.gather(*tasks[1:])
