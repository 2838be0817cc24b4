"""What the tests of moderators need: a database file and a started server."""

from tests.support.database import db
from tests.support.telegram import telegram

__all__ = ["db", "telegram"]
