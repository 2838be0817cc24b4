"""How long the sender waits for what, and how it goes about an outage."""

import logging
from dataclasses import dataclass

log = logging.getLogger(__name__)

_SILENCES_IN_A_ROW = 5


@dataclass(frozen=True, slots=True)
class Patience:
    """Waits in seconds."""

    settle: float = 10.0
    """Before a message of unknown fate is looked for: Telegram may hold a send for 8 s."""
    stop: float = 10.0
    """For what is in flight when the process ends."""
    first_pause: float = 0.5
    """Of an outage, of the network or of the database; doubled up to `longest_pause`."""
    longest_pause: float = 10.0
    longest_retry: float = 300.0
    """Between two tries of one message that Telegram fails at."""
    between_ticks: float = 0.008
    """Rows that leave or come back within it share a transaction."""
    look_again: float = 30.0
    """Until a look into the outbox though nobody rang: clocks jump."""

    def retry_in(self, seconds: float, attempts: int) -> float:
        """Give the wait before a message's next try: longer each time."""
        return min(self.longest_retry, seconds * 2.0 ** min(attempts, 16))


class Outage:
    """Pauses everything while Telegram cannot be reached, and says so once."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._pause = patience.first_pause
        self._silences = 0
        self._is_told = False
        self.paused_until = float("-inf")

    def answered(self) -> None:
        """Note an answer of Telegram: all is well."""
        self._silences = 0
        self._pause = self._patience.first_pause
        if self._is_told:
            self._is_told = False
            log.info("telegram_reachable")

    def unreachable(self, now: float, reason: str) -> None:
        """Pause: a request could not even leave."""
        if now < self.paused_until:
            return  # it began before the pause
        self.paused_until = now + self._pause
        self._pause = min(self._pause * 2, self._patience.longest_pause)
        if not self._is_told:
            self._is_told = True
            log.warning("telegram_unreachable", extra={"reason": reason})

    def silent(self, now: float, reason: str) -> None:
        """Pause when several requests in a row got no answer of Telegram."""
        self._silences += 1
        if self._silences >= _SILENCES_IN_A_ROW:
            self.unreachable(now, reason)
