"""Faults on demand: what a test makes go wrong between the bot and Telegram.

Kinds ending in `_after` strike when the effect has happened and only the answer is lost;
all others strike before, without any effect.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

KINDS = frozenset(
    {
        "reset_before",
        "reset_after",
        "hang",
        "hang_after",
        "slow",
        "slow_after",
        "not_json",
    }
)


@dataclass(slots=True, eq=False)
class Fault:
    """One thing that goes wrong.

    kind: a status ("500", "502", "429", "403", ...) answered instead of the call;
    a status with `_after` ("500_after") answered although the effect happened;
    "reset_before"/"reset_after" (the connection is reset); "hang"/"hang_after" (no answer for
    `seconds`, then a reset); "slow" (the call is served after `seconds`), "slow_after" (served
    at once, answered after `seconds`); "not_json" (200 with a page of some proxy).
    """

    kind: str
    method: str | None = None
    """Only this method (case-insensitive); None: all but getUpdates."""
    chat_id: int | None = None
    """Only calls for this chat."""
    times: int | None = 1
    """How often it strikes; None: for ever."""
    retry_after: int = 1
    seconds: float = 3600.0
    probability: float = 1.0
    rng: random.Random = field(default_factory=lambda: random.Random(0), repr=False)
    description: str | None = None
    """Replaces the default description of a status."""
    fired: int = 0

    def __post_init__(self) -> None:
        base = self.kind.removesuffix("_after")
        if self.kind not in KINDS and not (base.isdecimal() and len(base) == 3):
            raise ValueError(f"unknown kind of fault: {self.kind}")

    @property
    def is_after(self) -> bool:
        """Say whether the effect happens and only the answer is lost."""
        return self.kind.endswith("_after")

    @property
    def status(self) -> int | None:
        """Return the HTTP status it answers, None for faults of the connection."""
        base = self.kind.removesuffix("_after")
        return int(base) if base.isdecimal() else None

    def matches(self, method: str, chat_id: int | None) -> bool:
        """Say whether a call is one it aims at; draws from `rng` when it is."""
        if self.times is not None and self.fired >= self.times:
            return False
        if self.method is None:
            if method == "getUpdates":
                return False
        elif self.method.lower() != method.lower():
            return False
        if self.chat_id is not None and self.chat_id != chat_id:
            return False
        return self.probability >= 1.0 or self.rng.random() < self.probability


class Faults:
    """The faults that wait for their call, in the order they were added."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> Fault:
        """Arm a fault and return it, so that a test can watch `fired`."""
        self._faults.append(fault)
        return fault

    def clear(self) -> None:
        """Disarm all faults."""
        self._faults.clear()

    @property
    def armed(self) -> list[Fault]:
        """List the faults that can still strike."""
        return [f for f in self._faults if f.times is None or f.fired < f.times]

    def take(self, method: str, chat_id: int | None) -> Fault | None:
        """Return the first fault that strikes this call and count it."""
        for fault in self._faults:
            if fault.matches(method, chat_id):
                fault.fired += 1
                self._faults = self.armed
                return fault
        return None
