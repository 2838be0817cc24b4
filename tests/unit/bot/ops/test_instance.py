"""One process for one database."""

import subprocess
import sys

import pytest

from bot.ops.instance import only_instance
from storage.errors import RelaisError

HOLD = """
import sys
from pathlib import Path
from bot.ops.instance import only_instance
with only_instance(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_process_is_told_and_a_killed_one_lets_go(tmp_path):
    database = tmp_path / "relais.db"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(database)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout.readline() == "held\n"
        with (
            pytest.raises(RelaisError, match=r"Another .* uses .*relais\.db"),
            only_instance(database),
        ):
            pass
        other.kill()
        other.wait()
        with only_instance(database):
            pass
