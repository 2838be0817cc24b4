"""`relais demo` and its tour as a person starts them: they work, end cleanly, and leave nothing."""

import asyncio
import os
import re
import signal
import socket
import sys
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from sandbox.tour import run_tour

ROOT = Path(__file__).resolve().parents[2]


@asynccontextmanager
async def command(folder, *arguments):
    """Run `relais demo` with a temporary folder of its own; gives the process."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        "demo",
        *arguments,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(folder), "COLUMNS": "200"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
            await process.communicate()


async def read_until(process, pattern):
    """Read the output up to a line that matches, and give the match; the whole text if none."""
    seen = []
    async for raw in process.stdout:
        line = raw.decode().rstrip()
        seen.append(line)
        if match := re.search(pattern, line):
            return match
    raise AssertionError(f"nothing like {pattern!r} in:\n" + "\n".join(seen))


def bots_in(folder):
    """The processes that run in a folder, or in one below it."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cwd"):
        try:
            target = entry.readlink()
        except OSError:
            continue
        if target != folder and target.is_relative_to(folder):
            found.append(int(entry.parent.name))
    return found


async def test_the_tour_goes_well(tmp_path):
    async with command(tmp_path, "--tour") as process:
        output, _ = await process.communicate()
    text = output.decode()
    assert process.returncode == 0, text
    assert re.search(r"All \d\d steps went well", text), text
    assert not list(tmp_path.iterdir())


async def test_a_step_that_fails_ends_the_tour_with_1_and_its_name(monkeypatch, capsys):
    async def hope(script):
        said = script.say(script.stage.jonah, "/help")
        await script.answer(script.stage.jonah.chat, "some help", after=said)
        await script.expect("a unicorn", lambda: False, script.stage.jonah.chat)

    async def never(script):
        raise AssertionError("an act after the one that failed")

    monkeypatch.setattr("sandbox.tour.ACTS", (hope, never))
    monkeypatch.setattr("sandbox.tour_script.WAIT_SECONDS", 5)
    assert await run_tour() == 1
    printed = capsys.readouterr().out
    assert "✓ some help" in printed
    assert "Expected a unicorn" in printed


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_the_demo_ends_cleanly(tmp_path, number):
    async with command(tmp_path) as process:
        await read_until(process, r"http://127\.0\.0\.1:\d+/")
        assert bots_in(tmp_path)
        process.send_signal(number)
        output, _ = await process.communicate()
    assert process.returncode == 0, output.decode()
    assert not list(tmp_path.iterdir())
    assert not bots_in(tmp_path)


async def test_articles_appear_and_the_log_tells_who_got_what(tmp_path):
    async with command(tmp_path) as process:
        url = (await read_until(process, r"http://127\.0\.0\.1:\d+/"))[0]
        await read_until(process, r"Le Courrier des Ondes published .*5G")
        await read_until(process, r"Relais → Amélie .*5G")
        async with aiohttp.ClientSession() as session, session.get(url) as response:
            assert response.status == 200


async def test_the_port_can_be_chosen_and_may_be_taken(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        async with command(tmp_path, "--port", str(port)) as process:
            output, _ = await process.communicate()
    assert process.returncode == 1
    assert f"cannot listen on port {port}" in output.decode()
    assert "Traceback" not in output.decode()
    async with command(tmp_path, "--port", str(port)) as process:
        await read_until(process, rf"http://127\.0\.0\.1:{port}/")
