"""The real bot as a process of its own, started on a folder that is thrown away afterwards."""

import asyncio
import os
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "SYSTEMROOT", "VIRTUAL_ENV")
STOP_SECONDS = 15.0


class BotProcess:
    """`relais run` with given settings and no others: neither the environment's nor a .env's."""

    def __init__(self, folder: Path, settings: Mapping[str, str]) -> None:
        self._folder = folder
        self._settings = dict(settings)
        self._process: asyncio.subprocess.Process | None = None

    @property
    def log_path(self) -> Path:
        """Where everything that the bot prints goes."""
        return self._folder / "bot.log"

    async def start(self) -> None:
        """Start the bot; it is not ready yet when this returns."""
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        with self.log_path.open("ab") as log:
            # Its own session: Ctrl-C in the terminal is for the demo, which then ends the bot.
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "bot",
                "run",
                cwd=self._folder,
                env={**kept, "PYTHONPATH": str(ROOT), **self._settings},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    async def wait(self) -> int:
        """Wait until the bot ends, and give its exit code."""
        if self._process is None:
            raise RuntimeError("the bot was not started")
        return await self._process.wait()

    async def stop(self) -> None:
        """End the bot with SIGTERM, or by force when that takes too long."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()

    def tail(self, lines: int = 12) -> str:
        """The last lines that the bot printed."""
        if not self.log_path.exists():
            return ""
        return "\n".join(self.log_path.read_text("utf-8", "replace").splitlines()[-lines:])
