"""What every method is given, and what it looks like."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from sandbox.telegram.arguments import Arguments
from sandbox.telegram.flood import FloodControl
from sandbox.telegram.log import Call
from sandbox.telegram.world import World


@dataclass(slots=True)
class Query:
    """One call with its arguments, and the state that it works on."""

    world: World
    flood: FloodControl
    call: Call
    args: Arguments


Handler = Callable[[Query], Awaitable[Any]]
"""Returns the `result` of the answer, or raises ApiError without having had an effect."""


@dataclass(frozen=True, slots=True)
class Method:
    """A method under the name the documentation gives it."""

    name: str
    handle: Handler
