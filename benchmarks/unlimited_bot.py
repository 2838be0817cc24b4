"""`relais run` for a server without limits: the same bot, but for the pacing of its messages."""

import asyncio
import sys
from unittest.mock import patch

from bot.app import run_bot
from bot.config import load_settings
from bot.delivery.pacing import Rates

if __name__ == "__main__":
    with patch.object(Rates, "of", return_value=Rates.unlimited()):
        sys.exit(asyncio.run(run_bot(load_settings())))
