"""Where the optional reference material lies: beside the repository, or nowhere."""

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[3] / "shared"


def shared_path(relative: str) -> Path:
    """Give the path of a reference file; skip the calling test where it is absent."""
    path = SHARED / relative
    if not path.exists():
        pytest.skip(f"the reference material {relative} is not beside this checkout")
    return path
