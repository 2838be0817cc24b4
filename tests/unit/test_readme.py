"""The README's tables and commands are those of the code."""

import re
from collections.abc import Iterator
from pathlib import Path

import typer

from bot.__main__ import app
from bot.config import Settings
from handlers import command_table
from handlers.messages import Features

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")


def rows_of(section: str) -> list[list[str]]:
    """Give the cells of the table in a section."""
    text = README.split(f"## {section}\n")[1].split("\n## ")[0]
    lines = [line for line in text.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def test_every_setting_is_there_with_its_default() -> None:
    shown: dict[str, str] = {}
    for names, defaults, _ in rows_of("Settings"):
        found = re.findall(r"`(\w+)`", names)
        values = re.findall(r"`([^`]+)`", defaults) or ["–"] * len(found)
        shown |= dict(zip(found, values, strict=True))
    assert set(shown) == {name.upper() for name in Settings.model_fields}
    for name, field in Settings.model_fields.items():
        if shown[name.upper()] == "–":
            assert field.is_required() or not field.default, name
        else:
            assert shown[name.upper()] == str(field.default).replace("False", "false"), name


def test_every_command_in_chat_is_there() -> None:
    section = README.split("## Commands in chat\n")[1].split("\n## ")[0]
    rows = command_table(Features(summaries=True, comments=True))
    for audience in ("readers", "moderators", "operators"):
        (line,) = re.findall(rf"^{audience.capitalize()}: (.+)$", section, re.MULTILINE)
        named = re.findall(r"`/(\w+)", line)
        assert sorted(named) == sorted(row.name for row in rows if row.audience == audience)


def commands(shell: typer.Typer, prefix: str = "") -> Iterator[str]:
    for command in shell.registered_commands:
        yield prefix + str(command.name or getattr(command.callback, "__name__", ""))
    for group in shell.registered_groups:
        assert group.typer_instance is not None
        yield from commands(group.typer_instance, f"{group.name} ")


def test_every_command_of_the_shell_is_there() -> None:
    shown: set[str] = set()
    for cell, _ in rows_of("Commands in the shell"):
        first, *others = [part.split() for part in re.findall(r"`([^`]+)`", cell)]
        assert first[0] == "relais"
        group = first[1:2] if first[1] in ("feeds", "tags", "parked") else []
        shown.add(" ".join(first[1 : 2 + len(group)]))
        shown |= {" ".join([*group, other[0]]) for other in others}
    assert shown == set(commands(app))


def test_every_link_leads_somewhere() -> None:
    for path in re.findall(r"\]\((?!https?:)([^)#]+)", README):
        assert (ROOT / path).exists(), path


def test_the_house_that_the_architecture_draws_stands() -> None:
    house = (ROOT / "ARCHITECTURE.md").read_text("utf-8").split("```")[1]
    room = package = ROOT
    for line in house.splitlines():
        if found := re.match(r"(\w+)/", line):
            room = package = ROOT / found[1]
        elif found := re.match(r"  (\w+)/", line):
            room = package / found[1]
        for name in re.findall(r"[\w*]+\.(?:py|sql|po)|(?<=[ /])\w+/(?= )", line):
            places = (room, package, ROOT, *package.iterdir())
            assert any(next(place.glob(name), None) for place in places if place.is_dir()), name


def test_the_two_commands_are_the_promised_ones() -> None:
    venv = "python3 -m venv .venv && .venv/bin/python -m pip install -q -e "
    assert f"\n{venv}. && .venv/bin/relais demo\n" in README
    assert f"\n{venv}'.[dev]' && .venv/bin/python -m pytest -q\n" in README
