"""The demo's log in the terminal: one readable line for what people and the bot do."""

from datetime import datetime

from rich.console import Console
from rich.text import Text

from sandbox.demo_stage import Stage
from sandbox.newsroom import Article
from sandbox.telegram import Change, Chat, Message

WIDTH = 76


class DemoLog:
    """Tells who got what, who said what, and what the newsroom does."""

    def __init__(self, stage: Stage, console: Console) -> None:
        self._stage = stage
        self._console = console
        self._bot_name = stage.telegram.bot.first_name

    async def run(self) -> None:
        """Tell until cancelled."""
        newsroom = self._stage.newsroom
        newsroom.listeners.append(self._tell_article)
        try:
            with self._stage.telegram.subscribe() as changes:
                async for change in changes:
                    self._tell_change(change)
        finally:
            newsroom.listeners.remove(self._tell_article)

    def _tell_article(self, kind: str, article: Article) -> None:
        paper = self._stage.newsroom.publications[article.publication].title
        style = {"published": "bold magenta", "corrected": "yellow", "withdrawn": "red"}[kind]
        self._line(f"{paper} {kind}", article.title, style)

    def _tell_change(self, change: Change) -> None:
        message = change.message
        match change.kind:
            case "message" if message is not None and message.is_from_bot:
                self._line(f"{self._bot_name} → {_name(message.chat)}", _words(message), "cyan")
            case "message" if message is not None and message.sender is not None:
                self._line(f"{message.sender.first_name} says", _words(message), "green")
            case "edited" if message is not None:
                self._line(f"edited for {_name(message.chat)}", _words(message), "yellow")
            case "deleted" if message is not None:
                self._line(f"deleted for {_name(message.chat)}", _words(message), "red")
            case "answered" if change.press is not None:
                self._line(
                    f"{change.press.person.name} pressed", change.press.button["text"], "green"
                )
            case _:
                pass

    def _line(self, what: str, words: str, style: str) -> None:
        self._console.print(
            Text.assemble(
                (f"{datetime.now():%H:%M:%S}  ", "dim"), (f"{what:<28} ", style), (words, "")
            )
        )


def _name(chat: Chat) -> str:
    return chat.title


def _words(message: Message) -> str:
    """The first words of a message, on one line."""
    text = message.text or (message.attachment.name if message.attachment else "")
    line = " ".join(text.split())
    return line if len(line) <= WIDTH else line[: WIDTH - 1].rstrip() + "…"
