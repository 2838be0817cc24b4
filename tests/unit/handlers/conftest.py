"""What every handler test needs: a database file and a desk over it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from storage.database import Database
from tests.support.turn import Desk


@pytest_asyncio.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    """An open database file."""
    database = await Database.open(tmp_path / "relais.db", readers=1)
    yield database
    await database.close()


@pytest.fixture
def desk(db: Database) -> Desk:
    """A desk without comments and summaries."""
    return Desk(db)
