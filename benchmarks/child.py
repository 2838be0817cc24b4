"""The other processes of a benchmark: told what to be by a line of JSON, then spoken to by lines.

What they say is JSON, too. Such a process ends when its stdin does; one that does not is killed.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

LAST_SECONDS = 10.0  # to end in
_LINE_BYTES = 1 << 28  # what was seen in the longest run is one line


class Child:
    """A process that runs beside the measurement."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self.pid = process.pid
        self._stdin, self._stdout = process.stdin, process.stdout

    def tell(self, line: str) -> None:
        """Send it a line."""
        self._stdin.write(f"{line}\n".encode())

    async def hear(self) -> Any:
        """Give what it says next; a line that is no JSON is somebody else's chatter."""
        while line := await self._stdout.readline():
            try:
                return json.loads(line)
            except ValueError:
                continue
        raise RuntimeError("a process of the benchmark ended too early")


@asynccontextmanager
async def child_process(
    wanted: object, *program: str, python: str = sys.executable, stderr: int | None = None
) -> AsyncIterator[Child]:
    """Run a Python program beside the block; `wanted` says what it is to be."""
    process = await asyncio.create_subprocess_exec(
        python,
        *program,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=stderr,
        limit=_LINE_BYTES,
    )
    assert process.stdin is not None
    child = Child(process)
    child.tell(json.dumps(wanted))
    try:
        yield child
    finally:
        process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), LAST_SECONDS)
        except TimeoutError:
            process.kill()
            await process.wait()


# ---------------------------------------------------------------- the process's own side


def read_wanted() -> Any:
    """Give what this process is to be."""
    return json.loads(sys.stdin.readline())


async def listen() -> str:
    """Give the next line that this process is told; "" once it is to end."""
    line: str = await asyncio.to_thread(sys.stdin.readline)
    return line.rstrip("\n")


def say(what: object) -> None:
    """Say something to who measures."""
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()
