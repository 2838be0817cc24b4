"""What every test of delivery needs: a database file and a started server."""

from tests.support.database import db
from tests.support.telegram import telegram

__all__ = ["db", "telegram"]
