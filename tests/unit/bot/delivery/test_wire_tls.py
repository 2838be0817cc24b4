"""Requests over TLS: only to a server whose certificate is of its name, and of an authority."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trustme

from bot.delivery.wire import NotConnected, Wire

SECONDS = 5.0


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> trustme.CA:
    """An authority that this machine trusts during the test, by OpenSSL's own variable."""
    authority = trustme.CA()
    path = tmp_path / "authorities.pem"
    authority.cert_pem.write_to_path(str(path))
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    return authority


@asynccontextmanager
async def _serving(signer: trustme.CA, name: str) -> AsyncIterator[tuple[str, list[bytes]]]:
    """Serve with a certificate for a name; gives the URL and the heads of requests that came."""
    heads: list[bytes] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
        writer.close()

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    signer.issue_cert(name).configure_cert(context)
    server = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    async with server:
        yield f"https://localhost:{port}/bot1:A/sendMessage", heads


async def _post(url: str) -> tuple[int, bytes]:
    wire = Wire(connect=SECONDS, keep=15.0)
    try:
        return await wire.post(url, b"{}", SECONDS)
    finally:
        await wire.close()


async def test_a_server_that_shows_who_it_is_gets_the_request(authority: trustme.CA) -> None:
    async with _serving(authority, "localhost") as (url, heads):
        assert await _post(url) == (200, b"ok")
        assert len(heads) == 1


async def test_a_certificate_of_another_name_gets_nothing(authority: trustme.CA) -> None:
    async with _serving(authority, "elsewhere.example") as (url, heads):
        with pytest.raises(NotConnected):
            await _post(url)
        assert heads == []


@pytest.mark.usefixtures("authority")
async def test_a_certificate_of_an_unknown_authority_gets_nothing() -> None:
    async with _serving(trustme.CA(), "localhost") as (url, heads):
        with pytest.raises(NotConnected):
            await _post(url)
        assert heads == []
