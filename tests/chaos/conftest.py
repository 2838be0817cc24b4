"""All that takes minutes: marked `long`, with the figures at the end."""

import pytest

from tests.support.figures import figures, write_report

__all__ = ["figures"]


def pytest_collection_modifyitems(items):
    """Let nothing here run but on demand, and give it time."""
    for item in items:
        if "chaos" in item.path.parts:
            item.add_marker(pytest.mark.long)
            if item.get_closest_marker("timeout") is None:
                item.add_marker(pytest.mark.timeout(900))


def pytest_terminal_summary(terminalreporter, config):
    """Print the figures."""
    write_report(terminalreporter, config)
