"""What an act of the tour can do: let people say and press, and wait for what should come."""

from collections.abc import Callable, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from sandbox.demo_stage import Stage
from sandbox.newsroom import Article
from sandbox.telegram import Chat, Message, Person, Press

WAIT_SECONDS = 8.0
SHOWN_LINES = 9


class StepFailed(Exception):
    """Something that was expected did not come; the text says what, and what came instead."""


class Script:
    """The pen of the tour: everything that happens is printed, everything awaited is checked."""

    def __init__(self, stage: Stage, console: Console) -> None:
        self.stage = stage
        self.checks = 0
        self.kept: dict[str, Message] = {}
        """Messages that a later act comes back to."""
        self._console = console

    def title(self, text: str) -> None:
        """Open an act."""
        self._console.print(f"\n[bold]{text}[/]")

    def say(
        self,
        person: Person,
        text: str,
        chat: Chat | None = None,
        reply_to: Message | None = None,
    ) -> Message:
        """Let a person write, in the private chat or in a group."""
        self._print(person.name, text, "green")
        return person.say(text, chat, reply_to=reply_to)

    def publish(self, article: Article) -> str:
        """Let the newsroom publish an article, and give its address."""
        paper = self.stage.newsroom.publications[article.publication].title
        self._print(paper, article.title, "magenta")
        return self.stage.newsroom.publish(article)

    def press(self, person: Person, message: Message, *labels: str) -> Press:
        """Press the first button whose label contains one of `labels`, whatever the language."""
        for label in labels:
            if any(label.casefold() in have.casefold() for have in message.labels):
                press = person.press(message, label)
                self._print(person.name, f"[{press.button['text']}]", "green")
                return press
        raise StepFailed(
            f"Expected a button {_either(labels)} under “{_first_line(message)}”, "
            f"found {message.labels or 'none'}."
        )

    async def answer(
        self,
        chat: Chat,
        expected: str,
        fits: Callable[[Message], Any] = lambda _: True,
        *,
        after: Message | None = None,
    ) -> Message:
        """Wait for a message of the bot that fits, newer than `after`, and show it."""
        newest = after.message_id if after else 0

        def find() -> Message | None:
            for message in reversed(chat.from_bot()):
                if message.message_id > newest and fits(message):
                    return message
            return None

        await self.expect(expected, find, chat)
        found = find()
        if found is None:  # It was there a moment ago; the bot has deleted it since.
            raise StepFailed(f"Expected {expected}, and that it stays.")
        self._print(f"Relais → {chat.title}", _show(found), "cyan")
        return found

    async def toast(self, press: Press, expected: str) -> None:
        """Wait for the answer to a press."""
        await self.expect(expected, lambda: press.answer, press.message.chat)
        if press.answer is not None and press.answer.text:
            self._print("Relais", press.answer.text, "cyan")

    async def until_polled(self, publication: str) -> None:
        """Wait until the bot has stored what a feed holds now: its second poll from now on."""
        newsroom = self.stage.newsroom
        feed = newsroom.feed_url(publication)
        before = len(newsroom.requests_to(feed))
        try:
            await newsroom.until(lambda: len(newsroom.requests_to(feed)) > before + 1, WAIT_SECONDS)
        except TimeoutError:
            raise StepFailed(f"Expected the bot to look at {feed} again.") from None

    async def expect(
        self, expected: str, holds: Callable[[], Any], chat: Chat | None = None
    ) -> None:
        """Wait until something holds; StepFailed names it when it does not in time."""
        try:
            await self.stage.telegram.wait_until(holds, WAIT_SECONDS)
        except AssertionError:
            last = [_first_line(message) for message in chat.from_bot()[-3:]] if chat else []
            seen = f" The last messages there: {' | '.join(last)}" if last else ""
            raise StepFailed(
                f"Expected {expected} within {WAIT_SECONDS:.0f} s.{seen}\n"
                f"The bot's last lines:\n{self.stage.bot.tail(6)}"
            ) from None
        self.checks += 1
        self._console.print(Text.assemble(("  ✓ ", "bold green"), (expected, "dim")))

    def _print(self, who: str, words: str, style: str) -> None:
        first, *more = words.split("\n")
        self._console.print(Text.assemble((f"  {who:>18}  ", style), first))
        for line in more[:SHOWN_LINES]:
            self._console.print(Text(f"{'':22}{line}"))


def _show(message: Message) -> str:
    """A message with its rows of buttons, for the terminal."""
    lines = [line for line in message.text.split("\n") if line.strip()]
    if len(lines) > SHOWN_LINES:
        lines = [*lines[: SHOWN_LINES - 1], "…"]
    if message.attachment is not None:
        lines.append(f"📎 {message.attachment.name}")
    rows = ["  ".join(f"[{button['text']}]" for button in row) for row in message.keyboard[:3]]
    return "\n".join([*lines, *rows]) or "(nothing)"


def _first_line(message: Message) -> str:
    return message.text.partition("\n")[0][:80]


def _either(labels: Sequence[str]) -> str:
    return " or ".join(f"“{label}”" for label in labels)
