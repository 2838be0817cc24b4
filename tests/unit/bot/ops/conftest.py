"""What the tests of notices need: a database file."""

from tests.support.database import db

__all__ = ["db"]
