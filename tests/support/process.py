"""The product as processes of its own: started, watched, killed and started again.

Everything that a process writes is kept, across all its lives, and searched for the token at the
end; a life ends only when its children have ended too.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.support.kernel import (
    count_open_files,
    held_bytes,
    list_children,
    list_listeners,
    resident_bytes,
)

ROOT = Path(__file__).resolve().parents[2]
READY_SECONDS = 60.0
ORPHAN_SECONDS = 10.0
_LINE_BYTES = 1 << 20


class Life:
    """One run of the command, from its start to its end."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._changed = asyncio.Condition()
        self.lines: list[str] = []
        """What it and its children wrote to both outputs, in order."""
        self.events: list[dict[str, Any]] = []
        """The lines of the log, where it is written as JSON."""
        self._reader = asyncio.create_task(self._read())

    @classmethod
    async def begin(
        cls,
        arguments: tuple[str, ...],
        folder: Path,
        environment: Mapping[str, str],
        program: str = "bot",
    ) -> Life:
        """Start `python -m bot ARGUMENTS` in `folder` with exactly this environment."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            program,
            *arguments,
            cwd=folder,
            env=environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            limit=_LINE_BYTES,
            start_new_session=True,
        )
        return cls(process)

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Say whether it has not ended yet."""
        return self._process.returncode is None

    @property
    def output(self) -> str:
        """Everything that was written so far."""
        return "\n".join(self.lines)

    def events_of(self, *names: str) -> list[dict[str, Any]]:
        """The lines of the log that tell of some events."""
        return [entry for entry in self.events if entry["event"] in names]

    async def until(self, holds: Callable[[Life], object], timeout: float = READY_SECONDS) -> None:
        """Wait until its output fits; AssertionError with the output when it never will."""
        try:
            async with asyncio.timeout(timeout), self._changed:
                await self._changed.wait_for(lambda: holds(self) or self._reader.done())
        except TimeoutError:
            pass
        assert holds(self), f"not within {timeout:g} s; the output was:\n{self.output}"

    async def until_event(self, name: str, timeout: float = READY_SECONDS) -> dict[str, Any]:
        """Wait for an event of the log and give its last line."""
        await self.until(lambda life: life.events_of(name), timeout)
        return self.events_of(name)[-1]

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the process itself, not to its children."""
        self._process.send_signal(number)

    async def end(self, timeout: float = 30.0) -> int:
        """Wait for its end and for the end of its children; gives the exit code."""
        try:
            async with asyncio.timeout(timeout):
                code = await self._process.wait()
        except TimeoutError:
            raise AssertionError(f"still running after {timeout:g} s:\n{self.output}") from None
        try:
            # The outputs are closed once the last process that holds them has ended.
            async with asyncio.timeout(ORPHAN_SECONDS):
                await asyncio.shield(self._reader)
        except TimeoutError:
            raise AssertionError("a child process outlived the application") from None
        return code

    async def ended(self) -> None:
        """Wait until the process has ended, however long that takes."""
        await self._process.wait()

    async def kill(self) -> None:
        """End it with SIGKILL, as a power cut or the kernel's memory killer would."""
        if self.is_running:
            self._process.kill()
        await self.end()

    async def stop(self, timeout: float = 30.0) -> int:
        """End it with SIGTERM; gives the exit code."""
        self.send(signal.SIGTERM)
        return await self.end(timeout)

    async def clean_up(self) -> None:
        """End whatever is left of it and of its children."""
        if not self._reader.done():
            # The session has its id; where all of it has ended, there is nothing to signal.
            try:
                os.killpg(self.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        await self._process.wait()
        await self._reader

    async def _read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            async with self._changed:
                self._keep(line.decode("utf-8", "replace").rstrip("\n"))
                self._changed.notify_all()
        async with self._changed:
            self._changed.notify_all()

    def _keep(self, line: str) -> None:
        self.lines.append(line)
        entry = _entry(line)
        if entry is not None:
            self.events.append(entry)

    @property
    def memory(self) -> int:
        """Resident bytes of the process and its children."""
        return sum(resident_bytes(pid) for pid in (self.pid, *list_children(self.pid)))

    @property
    def held_memory(self) -> int:
        """Bytes that the process and its children hold together, shared files counted once."""
        return held_bytes(self.pid)

    @property
    def own_memory(self) -> int:
        """Resident bytes of the process without its children."""
        return resident_bytes(self.pid)

    @property
    def open_files(self) -> int:
        """How many file descriptors the process holds."""
        return count_open_files(self.pid)

    @property
    def children(self) -> list[int]:
        """The ids of its child processes."""
        return list_children(self.pid)

    @property
    def listening(self) -> set[tuple[str, int]]:
        """The addresses and ports that it listens on."""
        return list_listeners(self.pid)


class Relais:
    """`relais run` and the other commands on one database, life after life."""

    def __init__(self, folder: Path, settings: Mapping[str, object]) -> None:
        self.folder = folder
        self.program = "bot"
        """The module that is run."""
        self.settings = {name: str(value) for name, value in settings.items()}
        self.lives: list[Life] = []

    @property
    def database(self) -> Path:
        """The database file."""
        return self.folder / self.settings.get("DATABASE_PATH", "relais.db")

    @property
    def life(self) -> Life:
        """The present life: the last that runs, or ran."""
        return next((life for life in reversed(self.lives) if life.is_running), self.lives[-1])

    @property
    def output(self) -> str:
        """Everything that was ever written."""
        return "\n".join(life.output for life in self.lives)

    def environment(self, **more: object) -> dict[str, str]:
        """The environment of a process: what Python needs, and the settings."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        extra = {name: str(value) for name, value in more.items()}
        return {**kept, "PYTHONPATH": str(ROOT), **self.settings, **extra}

    async def begin(self, *arguments: str, **more: object) -> Life:
        """Start a command and come back at once; `more` adds to the settings."""
        life = await Life.begin(arguments, self.folder, self.environment(**more), self.program)
        self.lives.append(life)
        return life

    async def start(self, **more: object) -> Life:
        """Start `relais run` and wait until it does its work."""
        life = await self.begin("run", **more)
        await life.until_event("started")
        return life

    async def command(self, *arguments: str, **more: object) -> tuple[int, str]:
        """Run a command to its end; gives the exit code and the output."""
        life = await self.begin(*arguments, **more)
        return await life.end(READY_SECONDS), life.output

    async def refuse(self, *, code: int = 1, **more: object) -> str:
        """Run the bot where it must end at once, with one sentence; gives the sentence."""
        ended, output = await self.command("run", **more)
        assert ended == code, output
        assert "Traceback" not in output
        (sentence,) = sentences(output)
        return sentence

    async def kill(self) -> None:
        """Kill the present life with SIGKILL."""
        await self.life.kill()

    async def restart(self) -> Life:
        """Kill the present life and start another."""
        await self.kill()
        return await self.start()


@asynccontextmanager
async def relais_on(folder: Path, settings: Mapping[str, object]) -> AsyncIterator[Relais]:
    """Give a product whose processes are gone at the end, and that never wrote its token."""
    relais = Relais(folder, {"LOG_FORMAT": "json", **settings})
    try:
        yield relais
    finally:
        for life in relais.lives:
            await life.clean_up()
    secret = relais.settings["TELEGRAM_BOT_TOKEN"].partition(":")[2]
    assert not secret or secret not in relais.output, "the token was written to the output"


def sentences(output: str) -> list[str]:
    """Give what an operator reads besides the log's events; an empty line counts."""
    return [line for line in output.splitlines() if not line.startswith("{")]


def _entry(line: str) -> dict[str, Any] | None:
    if not line.startswith("{"):
        return None
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    return entry if isinstance(entry, dict) and "event" in entry else None
