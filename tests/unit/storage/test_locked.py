"""Every function of the storage against a database that another process has locked."""

import enum
import inspect
import pkgutil
import sqlite3
import types
import typing
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import fields, is_dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import storage
from storage.database import Database, Transaction
from storage.errors import DatabaseBusy, ReadOnlyDatabase
from tests.support.database import make_article, make_empty_file, make_subscriber

Function = Callable[..., Any]


def storage_functions() -> Iterator[Function]:
    """Find every public function that works in a transaction or on a database."""
    for module in pkgutil.iter_modules(storage.__path__, "storage."):
        for name, function in inspect.getmembers(import_module(module.name)):
            if (
                inspect.iscoroutinefunction(function)
                and function.__module__ == module.name
                and not name.startswith("_")
                and first_type(function) in (Transaction, Database)
            ):
                yield function


def first_type(function: Function) -> object:
    return next(iter(typing.get_type_hints(function).values()), None)


def sample(kind: Any) -> Any:
    """Make some value of a type; records are filled field by field."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return sample(arguments[0])
    if origin is typing.Literal:
        return arguments[0]
    if origin is dict or getattr(origin, "__name__", "") == "Mapping":
        return {}
    if getattr(origin, "__name__", "") == "Callable":
        return lambda *_: False
    if origin is tuple and Ellipsis not in arguments:
        return tuple(sample(argument) for argument in arguments)
    if origin is not None:
        return [sample(arguments[0])]
    if kind in (Any, object):
        return "x"
    if is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        return kind(**{field.name: sample(hints[field.name]) for field in fields(kind)})
    if issubclass(kind, enum.Enum):
        return next(iter(kind))
    return kind("x") if kind is str else kind(1) if kind in (int, float) else kind()


async def call(function: Function, first: Transaction | Database) -> Any:
    hints = typing.get_type_hints(function)
    arguments: dict[str, Any] = {}
    positional: list[Any] = []
    for parameter in list(inspect.signature(function).parameters.values())[1:]:
        value = sample(hints[parameter.name])
        if parameter.kind is parameter.KEYWORD_ONLY:
            arguments[parameter.name] = value
        else:
            positional.append(value)
    return await function(first, *positional, **arguments)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the write lock as another process would."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.close()


def content(path: Path) -> list[bytes]:
    return [file.read_bytes() for file in (path, path.with_name(f"{path.name}-wal"))]


FUNCTIONS = list(storage_functions())


def test_the_search_for_functions_finds_them() -> None:
    names = {f"{function.__module__}.{function.__name__}" for function in FUNCTIONS}
    assert {
        "storage.tags.add_tag",
        "storage.feeds.claim_due_feeds",
        "storage.inbox.add_updates",
    } <= names
    assert {"storage.retention.prune", "storage.outbox.enqueue", "storage.fan_out.fan_out"} <= names


@pytest.fixture
async def peopled(tmp_path: Path) -> AsyncIterator[Database]:
    """A database with somebody and something in it, that waits for no lock at all."""
    path = make_empty_file(tmp_path / "relais.db")
    database = await Database.open(path, readers=1, busy_seconds=0)
    async with database.transaction() as tx:
        await make_article(tx)
        await make_subscriber(tx, 1, follows=("5G",))
    yield database
    await database.close()


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f"{f.__module__[8:]}.{f.__name__}")
async def test_a_lock_is_told_and_nothing_changes(peopled: Database, function: Function) -> None:
    before = content(peopled.path)
    with locked(peopled.path):
        if first_type(function) is Database:
            with suppress(DatabaseBusy):  # a purge that finds nothing writes nothing
                await call(function, peopled)
        else:
            with pytest.raises(DatabaseBusy, match="locked by another process"):
                async with peopled.transaction() as tx:
                    await call(function, tx)
            await read_in_spite(function, peopled)
    assert content(peopled.path) == before


async def read_in_spite(function: Function, db: Database) -> None:
    """A reader never waits for a lock; what writes is refused there, and makes no change."""
    try:
        async with db.read() as tx:
            await call(function, tx)
    except DatabaseBusy:
        pytest.fail("reading waited for the lock")
    except (ReadOnlyDatabase, sqlite3.IntegrityError, LookupError, ValueError, AssertionError):
        return


async def test_once_unlocked_everything_works_again(peopled: Database) -> None:
    with locked(peopled.path), pytest.raises(DatabaseBusy):
        async with peopled.transaction():
            pass
    async with peopled.transaction() as tx:
        assert (await make_subscriber(tx, 2)).chat_id == 2
