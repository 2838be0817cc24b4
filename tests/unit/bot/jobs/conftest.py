"""What the tests of jobs need: a database file."""

from tests.support.database import db

__all__ = ["db"]
