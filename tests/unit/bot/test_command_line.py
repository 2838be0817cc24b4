"""The command `relais` itself."""

import subprocess
import sys

import pytest

# A signal that comes while `relais run` still loads its parts.
SIGNALLED_EARLY = """
import importlib.abc, os, sys

number = int(sys.argv.pop())

class Signalling(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == "bot.app":
            os.kill(os.getpid(), number)

sys.meta_path.insert(0, Signalling())
from bot.__main__ import main
main()
"""


@pytest.mark.parametrize("number", ["15", "2"])
def test_a_signal_before_the_start_ends_it_well(number: str) -> None:
    command = [sys.executable, "-c", SIGNALLED_EARLY, "run", number]
    ended = subprocess.run(command, capture_output=True, check=False, timeout=60)
    assert (ended.returncode, ended.stderr) == (0, b"")
