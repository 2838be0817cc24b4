"""`python -m tests.chaos`: every attack, and a report at the end; arguments go to pytest."""

import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent

if __name__ == "__main__":
    options = ["-m", "long", "-p", "no:cacheprovider", "-v", "--tb=short"]
    sys.exit(pytest.main([str(HERE), *options, *sys.argv[1:]]))
