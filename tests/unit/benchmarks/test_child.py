"""The benchmarks' other processes: told what to be, spoken to by lines, gone at the end."""

import os

import pytest

from benchmarks import child
from benchmarks.child import child_process

ECHO = """
import json, sys
print(json.dumps(json.loads(sys.stdin.readline())), flush=True)
for line in sys.stdin:
    print("chatter of a library", flush=True)
    print(json.dumps(line.strip()), flush=True)
"""
STUBBORN = "import time; print('0', flush=True); time.sleep(600)"


def is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_it_is_told_what_to_be_and_answers_lines() -> None:
    async with child_process({"feeds": 3}, "-c", ECHO) as echo:
        assert await echo.hear() == {"feeds": 3}
        echo.tell("release")
        echo.tell("count")
        assert [await echo.hear(), await echo.hear()] == ["release", "count"]
    assert not is_there(echo.pid)


async def test_one_that_ends_too_early_is_an_error() -> None:
    with pytest.raises(RuntimeError, match="ended too early"):
        async with child_process(None, "-c", "pass") as silent:
            await silent.hear()


async def test_one_that_does_not_end_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "LAST_SECONDS", 0.05)
    async with child_process(None, "-c", STUBBORN) as stubborn:
        assert await stubborn.hear() == 0
    assert not is_there(stubborn.pid)
