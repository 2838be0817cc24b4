"""`relais demo --tour`: a scripted conversation in the terminal, each step of it checked.

The words of the buttons are those that operators may rely on, in English or in French; every wait
is for a condition. A step that fails names what was expected.
"""

import asyncio
import time

from rich.console import Console

from sandbox.demo_stage import BotFailed, open_stage
from sandbox.tour_acts import ACTS
from sandbox.tour_script import Script, StepFailed

UNDO_SECONDS = 0
LIMIT_SECONDS = 60.0


async def run_tour() -> int:
    """Play every act; gives the exit code: 0, or 1 at the first step that fails."""
    console = Console(highlight=False, soft_wrap=True)
    began = time.monotonic()
    console.print("Starting a local Telegram, a small newsroom and the bot…")
    try:
        async with (
            asyncio.timeout(LIMIT_SECONDS),
            open_stage(undo_seconds=UNDO_SECONDS, moderators_meet=False) as stage,
        ):
            script = Script(stage, console)
            for act in ACTS:
                await act(script)
    except (BotFailed, StepFailed) as failure:
        console.print(f"\n{failure}", style="bold red", markup=False)
        return 1
    except TimeoutError:
        console.print(f"\nExpected the tour to end within {LIMIT_SECONDS:.0f} s.", style="bold red")
        return 1
    seconds = time.monotonic() - began
    console.print(f"\n[bold green]All {script.checks} steps went well[/] in {seconds:.1f} s.")
    return 0
