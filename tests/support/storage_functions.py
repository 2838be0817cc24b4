"""Every public function of the storage, and arguments to call it with."""

import enum
import inspect
import pkgutil
import types
import typing
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from importlib import import_module
from typing import Any

import storage
from storage.database import Database, Transaction

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
    """Give the type of a function's first parameter: Transaction, Database or another."""
    return next(iter(typing.get_type_hints(function).values()), None)


def sample(kind: Any) -> Any:
    """Make some value of a type; records are filled field by field."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return sample(arguments[0])
    if origin is typing.Literal:
        return arguments[0]
    if origin is dict or getattr(origin, "__name__", "") == "Mapping":
        keys = typing.get_args(arguments[0]) or (sample(arguments[0]),)
        return {key: sample(arguments[1]) for key in keys}
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
    """Call a function of the storage with some value for every parameter."""
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
