"""What the tests of updates need: a database file."""

from tests.support.database import db

__all__ = ["db"]
