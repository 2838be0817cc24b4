"""The command `relais`: each subcommand imports what it needs when it runs."""

import asyncio
import signal
import sys
from collections.abc import Coroutine
from pathlib import Path
from types import FrameType
from typing import Annotated, Any

import typer

from storage.errors import ConfigError, FeedError, RelaisError

app = typer.Typer(
    name="relais",
    help="A Telegram news bot: articles by tags, summaries in chat, moderated comments.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
feeds = typer.Typer(help="Feeds: add, list, remove, import, export, inspect.", no_args_is_help=True)
app.add_typer(feeds, name="feeds")
tags = typer.Typer(help="Tags: one topic under two names made one.", no_args_is_help=True)
app.add_typer(tags, name="tags")
parked = typer.Typer(help="What was given up on: list it, try it again.", no_args_is_help=True)
app.add_typer(parked, name="parked")

WRONG_SETTINGS = 2


@app.command()
def run() -> None:
    """Run the bot in the foreground until SIGTERM or Ctrl-C."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _leave)  # until the bot hears them itself
    from bot.app import run_bot
    from bot.config import load_settings

    _exit_with(run_bot(load_settings()))


@app.command()
def demo(
    tour: Annotated[bool, typer.Option("--tour", help="Play a scripted conversation.")] = False,
    port: Annotated[int, typer.Option(help="Port of the web page; 0: any free one.")] = 0,
) -> None:
    """Try everything on this machine, without an account or network."""
    if tour:
        from sandbox.tour import run_tour

        _exit_with(run_tour())
    else:
        from sandbox.demo import run_demo

        _exit_with(run_demo(port))


@app.command()
def check() -> None:
    """Check settings, database, token, feeds and moderation chat: a line each."""
    from bot.check import run_checks

    _exit_with(run_checks())


@app.command()
def backup(file: Annotated[Path, typer.Argument(help="Where the copy goes.")]) -> None:
    """Copy a live database to FILE, consistently."""
    from bot.backup_command import back_up

    _exit_with(back_up(file))


@app.command()
def summarize(
    source: Annotated[str, typer.Argument(metavar="URL-OR-FILE")],
    sentences: Annotated[int, typer.Option(min=1, max=10, help="How many sentences.")] = 2,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Summarise an article page and show what was found in it; nothing is stored."""
    from bot.summarize_command import show_summary

    _exit_with(show_summary(source, sentences=sentences, as_json=as_json))


@feeds.command("add")
def add_feed(url: str) -> None:
    """Add a feed, or the feed of a site."""
    from bot.feeds_command import add

    _exit_with(add(url))


@feeds.command("list")
def list_feeds() -> None:
    """List the feeds and how they do."""
    from bot.feeds_command import show

    _exit_with(show())


@feeds.command("remove")
def remove_feed(url: str) -> None:
    """Stop following a feed; its articles stay."""
    from bot.feeds_command import remove

    _exit_with(remove(url))


@feeds.command("import")
def import_feeds(file: Annotated[Path, typer.Argument(metavar="OPML")]) -> None:
    """Add every feed of an OPML file."""
    from bot.feeds_command import import_opml

    _exit_with(import_opml(file))


@feeds.command("export")
def export_feeds() -> None:
    """Print the feeds as OPML."""
    from bot.feeds_command import export_opml

    _exit_with(export_opml())


@feeds.command("inspect")
def inspect_feed(
    source: Annotated[str, typer.Argument(metavar="URL-OR-FILE")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show what a feed would give; nothing is stored."""
    from bot.feeds_command import inspect

    _exit_with(inspect(source, as_json=as_json))


@tags.command("alias")
def alias_tag(old: str, tag: str) -> None:
    """Make OLD another name for TAG: its articles and followers move over."""
    from bot.tags_command import alias

    _exit_with(alias(old, tag))


@tags.command("aliases")
def list_aliases() -> None:
    """List the aliases and what they stand for."""
    from bot.tags_command import show_aliases

    _exit_with(show_aliases())


@parked.command("list")
def list_parked() -> None:
    """List updates, messages and jobs that were given up on."""
    from bot.parked_command import show

    _exit_with(show())


@parked.command("retry")
def retry_parked(
    names: Annotated[list[str] | None, typer.Argument(metavar="[KIND:ID]...")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Whatever can be.")] = False,
) -> None:
    """Let what is named be tried again, as `relais parked list` names it."""
    from bot.parked_command import retry

    _exit_with(retry(names or [], everything=everything))


def _leave(_: int, __: FrameType | None) -> None:
    """End well before anything has begun."""
    sys.exit(0)


def _exit_with(work: Coroutine[Any, Any, int]) -> None:
    raise typer.Exit(asyncio.run(work))


def main() -> None:
    """Run the command line; expected errors are one clear line each, not a traceback."""
    try:
        app()
    except ConfigError as error:
        for mistake in error.mistakes:
            print(mistake, file=sys.stderr)
        sys.exit(WRONG_SETTINGS)
    except FeedError as error:
        from bot.feed_trouble import describe_trouble

        print(f"{error.url}: {describe_trouble(error.code)}", file=sys.stderr)
        sys.exit(1)
    except RelaisError as error:
        print(error, file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
