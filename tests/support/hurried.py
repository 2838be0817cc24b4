"""The product without gaps between messages, for a local Telegram that has no limits.

`python -m tests.support.hurried run` is `python -m bot run` but for the rates: a discussion in one
group would otherwise wait three seconds for each redrawn card.
"""

import sys

from bot.__main__ import main
from bot.delivery.pacing import Rates


def no_limits(cls: type[Rates], messages_per_second: int, *, paid: bool) -> Rates:
    """Stand in for `Rates.of`."""
    return cls.unlimited()


if __name__ == "__main__":
    Rates.of = classmethod(no_limits)  # type: ignore[method-assign, assignment]
    sys.exit(main())
