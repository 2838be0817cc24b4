import pytest

from bot.summary.making import SummaryMaker
from tests.support.database import db
from tests.support.summary_making import Clock, Pages

__all__ = ["db"]


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def pages():
    return Pages()


@pytest.fixture
def maker(db, pages, clock):
    return SummaryMaker(db, pages, clock)
