"""The fixtures of tests/support/telegram.py, for this folder."""

import pytest

from sandbox.telegram import Person, TelegramServer
from tests.support.telegram import api, telegram

__all__ = ["anna", "api", "telegram"]


@pytest.fixture
def anna(telegram: TelegramServer) -> Person:
    """A reader who has started the bot; her /start is message 1."""
    person = telegram.person("Anna")
    person.say("/start")
    return person
