"""What a compression bomb costs, measured in a process of its own."""

import asyncio
import gzip
import json
import sys
import zlib
from collections.abc import Callable

import brotli
import pytest

from tests.support.feeds import Answer, feed_server

MEGABYTE = 1024 * 1024
FETCH = """
import asyncio, json, resource, sys
from bot.news.fetch import Fetcher
from storage.errors import FeedError

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

async def main():
    async with Fetcher(agent="t", allow_private=True) as fetcher:
        await fetcher.get(sys.argv[1] + "/warm")
        before = peak()
        try:
            await fetcher.get(sys.argv[1] + "/bomb")
            code = "none"
        except FeedError as error:
            code = error.code
        print(json.dumps({"code": code, "grown": peak() - before}))

asyncio.run(main())
"""


def _gzip_bomb() -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    zeros = bytes(MEGABYTE)
    return b"".join([*(packer.compress(zeros) for _ in range(400)), packer.flush()])


def _brotli_bomb() -> bytes:
    packer = brotli.Compressor(quality=5)
    zeros = bytes(MEGABYTE)
    return b"".join([*(packer.process(zeros) for _ in range(400)), packer.finish()])


def _gzip_bomb_packed_twice() -> bytes:
    return gzip.compress(_gzip_bomb())


@pytest.mark.parametrize(
    ("coding", "make"),
    [("gzip", _gzip_bomb), ("br", _brotli_bomb), ("gzip, gzip", _gzip_bomb_packed_twice)],
)
async def test_a_bomb_of_400_megabytes_costs_less_than_60(
    coding: str, make: Callable[[], bytes]
) -> None:
    bomb = make()
    assert len(bomb) < MEGABYTE
    async with feed_server() as server:
        server.answers["/warm"] = Answer(b"x")
        server.answers["/bomb"] = Answer(bomb, headers={"Content-Encoding": coding})
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", FETCH, server.url(""), stdout=asyncio.subprocess.PIPE
        )
        out, _ = await process.communicate()
    measured = json.loads(out)
    assert measured["code"] == "too_large"
    assert measured["grown"] < 60 * MEGABYTE, measured["grown"] / MEGABYTE
