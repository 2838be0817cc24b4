"""`relais feeds`: added after a look, listed, removed, carried over as OPML."""

from pathlib import Path

from bot import feeds_command
from storage.database import Database
from storage.feeds import find_feed, list_feeds, record_poll_failure
from tests.support.feeds import Answer, feed_server, item, rss
from tests.support.shell import Shell, shell

__all__ = ["shell"]

DNS = "The server’s name is unknown."
OPML = """<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0"><head><title>Lectures</title></head><body>
 <outline text="Presse">
  <outline type="rss" text="Un &amp; deux" xmlUrl="https://un.example/flux"/>
  <outline type="rss" text="Bis" xmlUrl="https://un.example/flux"/>
 </outline>
 <outline type="rss" text="Trois" xmlUrl="https://trois.example/feed"/>
</body></opml>
"""


async def urls(shell: Shell) -> list[str]:
    database = await Database.open(shell.database, readers=1)
    async with database.read() as tx:
        found = [feed.url for feed in await list_feeds(tx)]
    await database.close()
    return found


async def test_a_feed_is_added_listed_and_removed(shell: Shell) -> None:
    shell.set(ALLOW_PRIVATE_NETWORKS="true")
    assert (await shell.run(feeds_command.show()))[1].startswith("No feed yet.")
    async with feed_server() as server:
        server.answers["/flux"] = Answer(rss(item(title="Une", link="/1")))
        link = '<link rel="alternate" type="application/rss+xml" href="/flux">'
        server.answers["/"] = Answer(f"<html><head>{link}</head></html>")
        url = server.url("/flux")
        code, output = await shell.run(feeds_command.add(server.url("/")))
        assert (code, output) == (0, f"Added: {url} (Le Courrier du Port, 1 article)")
        code, output = await shell.run(feeds_command.add(url))
        assert (code, output.startswith("Already there")) == (0, True)
    assert await urls(shell) == [url]
    database = await Database.open(shell.database, readers=1)
    async with database.transaction() as tx:
        feed = await find_feed(tx, url)
        assert feed is not None
        await record_poll_failure(tx, feed.id, "dns", now=1, next_poll_at=2)
    await database.close()
    code, output = await shell.run(feeds_command.show())
    assert output == f"{url}  Le Courrier du Port  0 articles  never polled  {DNS} (× 1)"
    assert (await shell.run(feeds_command.remove(url)))[0] == 0
    assert await urls(shell) == []
    for gone in (url, "https://none.example/"):
        code, output = await shell.run(feeds_command.remove(gone))
        assert (code, output.startswith("No such feed")) == (1, True)


async def test_a_site_with_several_feeds_lets_choose(shell: Shell) -> None:
    shell.set(ALLOW_PRIVATE_NETWORKS="true")
    async with feed_server() as server:
        links = "".join(
            f'<link rel="alternate" type="application/rss+xml" title="{name}" href="/{name}">'
            for name in ("flux", "sport")
        )
        server.answers["/"] = Answer(f"<html><head>{links}</head></html>")
        code, output = await shell.run(feeds_command.add(server.url("/")))
        assert code == 1
        assert output.splitlines()[1:] == [
            f"  {server.url('/flux')}  flux",
            f"  {server.url('/sport')}  sport",
        ]
    assert await urls(shell) == []


async def test_what_is_exported_can_be_imported(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "lectures.opml"
    file.write_text(OPML, "utf-8")
    code, output = await shell.run(feeds_command.import_opml(file))
    assert (code, output) == (0, "2 feeds added, 0 already there.")
    code, exported = await shell.run(feeds_command.export_opml())
    assert code == 0
    file.write_text(exported, "utf-8")
    await shell.run(feeds_command.remove("https://un.example/flux"))
    code, output = await shell.run(feeds_command.import_opml(file))
    assert output == "1 feed added, 1 already there."
    assert sorted(await urls(shell)) == ["https://trois.example/feed", "https://un.example/flux"]


async def test_what_is_no_address_is_left_out_and_said(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "lectures.opml"
    file.write_text(OPML.replace("https://trois.example/feed", "not an address"), "utf-8")
    code, output = await shell.run(feeds_command.import_opml(file))
    assert code == 0
    assert output.splitlines() == [
        "1 feed added, 0 already there.",
        "Left out, not an http(s) address: not an address",
    ]
    assert await urls(shell) == ["https://un.example/flux"]


async def test_a_file_that_is_no_opml_is_said(shell: Shell, tmp_path: Path) -> None:
    code, output = await shell.run(feeds_command.import_opml(tmp_path / "none.opml"))
    assert (code, "cannot be read" in output) == (1, True)
    (tmp_path / "x.opml").write_text("words")
    code, output = await shell.run(feeds_command.import_opml(tmp_path / "x.opml"))
    assert (code, "names no feed" in output) == (1, True)
