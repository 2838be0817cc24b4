"""Runs feedforbot as its command does, against a local Bot API; for a Python that has it.

One JSON line says which feeds go to which chats; all schedulers tick once for the items that are
there already, and once more for each further line.
"""

import asyncio
import json
import sys
from concurrent.futures import ThreadPoolExecutor

from feedforbot import InMemoryCache, RSSListener, Scheduler, TelegramBotTransport


def build(wanted: dict) -> list[Scheduler]:
    """Make a scheduler of each feed and chat, as its configuration file asks for."""
    schedulers = []
    for url in wanted["urls"]:
        for chat in wanted["chats"]:
            transport = TelegramBotTransport(wanted["token"], str(chat))
            transport._api_url = f"{wanted['api']}/bot{wanted['token']}/sendMessage"
            cache = InMemoryCache(id=f"{url} {chat}")
            schedulers.append(
                Scheduler("* * * * *", listener=RSSListener(url), transport=transport, cache=cache)
            )
    return schedulers


async def run(wanted: dict) -> None:
    """Tick for each line; its own command gives each scheduler a thread."""
    schedulers = build(wanted)
    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(max_workers=len(schedulers)))
    while True:
        await asyncio.gather(*(asyncio.to_thread(one._tick) for one in schedulers))
        print(json.dumps("ready"), flush=True)
        if not await asyncio.to_thread(sys.stdin.readline):
            return


if __name__ == "__main__":
    asyncio.run(run(json.loads(sys.stdin.readline())))
