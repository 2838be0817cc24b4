"""How a fault is put into a running product: something is replaced, which must be there."""

import ast
from collections.abc import Awaitable, Callable
from functools import cache
from pathlib import Path
from typing import Any

import storage
from storage.database import Transaction

Act = Callable[..., Awaitable[Any]]


def put(owner: Any, name: str, value: Any) -> None:
    """Replace an attribute of a module or class."""
    if not hasattr(owner, name):
        raise LookupError(f"{owner} has no {name}")
    setattr(owner, name, value)


def around(module: Any, name: str, wrap: Callable[[Act], Act]) -> None:
    """Put something around a function where a module calls it."""
    put(module, name, wrap(getattr(module, name)))


def always(value: Any) -> Callable[[Act], Act]:
    """Give a function that does nothing and returns a value."""

    def wrap(_: Act) -> Act:
        async def instead(*_: Any, **__: Any) -> Any:
            return value

        return instead

    return wrap


def replace_in_sql(old: str, new: str) -> None:
    """Change the words of the statements that the storage sends."""
    if not any(old in text for text in _storage_texts()):
        raise LookupError(f"no statement holds {old!r}")
    for name in ("all", "run"):
        original = getattr(Transaction, name)

        async def send(self: Any, sql: str, parameters: Any = (), *, send: Act = original) -> Any:
            return await send(self, sql.replace(old, new), parameters)

        put(Transaction, name, send)


@cache
def _storage_texts() -> tuple[str, ...]:
    """Give every literal of the storage, those in pieces put together."""
    assert storage.__file__ is not None
    trees = [
        ast.parse(file.read_text("utf-8")) for file in Path(storage.__file__).parent.glob("*.py")
    ]
    return tuple(
        node.value
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
