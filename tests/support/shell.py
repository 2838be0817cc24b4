"""The commands of the shell, run inside the test as an operator would run them in a folder."""

from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest

from bot.config import Settings
from storage.errors import RelaisError


class Shell:
    """A folder with a `.env` and the database `relais.db`."""

    def __init__(self, folder: Path, output: pytest.CaptureFixture[str]) -> None:
        self.database = folder / "relais.db"
        self._settings = folder / ".env"
        self._output = output

    def set(self, **settings: object) -> None:
        """Write the settings file."""
        self._settings.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))

    async def run(self, work: Coroutine[Any, Any, int]) -> tuple[int, str]:
        """Run a command; gives its exit code and what it said, refusals too."""
        self._output.readouterr()
        try:
            code = await work
        except RelaisError as error:
            return 1, str(error)
        return code, self._output.readouterr().out.rstrip("\n")


@pytest.fixture
def shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shell:
    """A folder of its own, where no setting comes from outside."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    return Shell(tmp_path, capsys)
