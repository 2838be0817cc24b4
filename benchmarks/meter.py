"""What a process and its children cost: processor time, and memory at its highest."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import psutil

SAMPLE_SECONDS = 0.1


@dataclass(slots=True)
class Cost:
    """Seconds and bytes between the begin and the end of a measurement."""

    wall: float = 0.0
    cpu: float = 0.0
    """Of the process and its children."""
    own_memory: int = 0
    """Highest resident memory of the process alone."""
    memory: int = 0
    """The same with its children."""

    @property
    def busy(self) -> float:
        """The share of one core, in per cent."""
        return 100 * self.cpu / self.wall


@asynccontextmanager
async def metered(pid: int) -> AsyncIterator[Cost]:
    """Measure a process while the block runs."""
    process, cost = psutil.Process(pid), Cost()
    sampling = asyncio.create_task(_sample(process, cost))
    began, used = time.perf_counter(), _cpu_seconds(process)
    try:
        yield cost
    finally:
        cost.wall = time.perf_counter() - began
        cost.cpu = _cpu_seconds(process) - used
        sampling.cancel()


async def _sample(process: psutil.Process, cost: Cost) -> None:
    while True:
        own = process.memory_info().rss
        children = 0
        for child in process.children(recursive=True):
            with suppress(psutil.NoSuchProcess):
                children += child.memory_info().rss
        cost.own_memory = max(cost.own_memory, own)
        cost.memory = max(cost.memory, own + children)
        await asyncio.sleep(SAMPLE_SECONDS)


def _cpu_seconds(process: psutil.Process) -> float:
    """Give the processor time so far; of children that ended already too."""
    times = process.cpu_times()
    total = times.user + times.system + times.children_user + times.children_system
    for child in process.children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            used = child.cpu_times()
            total += used.user + used.system
    return float(total)
