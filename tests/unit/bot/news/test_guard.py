import asyncio
import ipaddress
import socket

import aiohttp
import pytest

from bot.news.fetch import Fetcher
from bot.news.guard import check_url, is_public
from storage.errors import AddressRefused, FetchFailed
from tests.support.feeds import Answer, feed_server

PRIVATE = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.8.9.10",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.192",
    "192.0.2.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.7",
    "203.0.113.9",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:10.1.2.3",
    "::ffff:0:127.0.0.1",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::1",
    "2002:c0a8:101::1",
    "3fff::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
]
PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "100.63.255.255",
    "100.128.0.1",
    "172.15.0.1",
    "172.32.0.1",
    "223.255.255.254",
    "2606:4700::1111",
    "2a01:e0a::1",
    "::ffff:1.1.1.1",
    "64:ff9b::101:101",
    "2002:101:101::1",
]


@pytest.mark.parametrize("text", PRIVATE)
def test_special_addresses_are_refused(text: str) -> None:
    assert not is_public(ipaddress.ip_address(text))
    place = f"[{text}]" if ":" in text else text
    with pytest.raises(AddressRefused) as refused:
        check_url(f"http://{place}/feed")
    assert refused.value.code == "private_address"


@pytest.mark.parametrize("text", PUBLIC)
def test_ordinary_addresses_pass(text: str) -> None:
    assert is_public(ipaddress.ip_address(text))
    place = f"[{text}]" if ":" in text else text
    assert check_url(f"http://{place}/feed").raw_host


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://2130706433/", "odd_address"),
        ("http://127.1/", "odd_address"),
        ("http://0x7f.0.0.1/", "odd_address"),
        ("http://0x7f000001/", "odd_address"),
        ("http://0177.0.0.1/", "odd_address"),
        ("http://[fe80::1%25eth0]/", "private_address"),
        ("http://１２７.０.０.１/", "private_address"),
        ("http://127。0。0。1/", "private_address"),
        ("http://localhost/", "private_address"),
        ("http://LOCALHOST./", "private_address"),
        ("http://printer.localhost/", "private_address"),
        ("http://127.0.0.1./", "private_address"),
        ("ftp://news.example/feed", "scheme"),
        ("file:///etc/passwd", "scheme"),
        ("gopher://news.example/", "scheme"),
        ("http://news.example:22/", "port"),
        ("http://news.example:25/", "port"),
        ("http://news.example:6667/", "port"),
        ("http://news.example:0/", "port"),
    ],
)
def test_odd_ways_are_refused(url: str, code: str) -> None:
    with pytest.raises(AddressRefused) as refused:
        check_url(url)
    assert refused.value.code == code
    assert refused.value.url == url


@pytest.mark.parametrize(
    "url", ["", "news.example/feed", "http://", "http:///x", "http://a:99999/"]
)
def test_what_is_no_address_is_said_to_be_none(url: str) -> None:
    with pytest.raises((FetchFailed, AddressRefused)):
        check_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://news.example:8080/",
        "https://news.example/",
        "http://münchen.example/ü",
        "http://a.1b/",
    ],
)
def test_usual_addresses_pass(url: str) -> None:
    assert check_url(url).scheme.startswith("http")


def test_private_addresses_pass_when_allowed_but_no_other_scheme() -> None:
    assert check_url("http://127.0.0.1:25/", allow_private=True)
    with pytest.raises(AddressRefused):
        check_url("file:///etc/passwd", allow_private=True)


class _Resolver(aiohttp.abc.AbstractResolver):
    """Answers every name with the addresses a test wants: DNS in an attacker's hand."""

    def __init__(self, *hosts: str) -> None:
        self.hosts = hosts

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[aiohttp.abc.ResolveResult]:
        return [
            {
                "hostname": host,
                "host": address,
                "port": port,
                "family": socket.AF_INET6 if ":" in address else socket.AF_INET,
                "proto": 0,
                "flags": socket.AI_NUMERICHOST,
            }
            for address in self.hosts
        ]

    async def close(self) -> None:
        pass


@pytest.mark.parametrize(
    "hosts", [("127.0.0.1",), ("127.0.0.1", "::1"), ("::ffff:127.0.0.1",), ("10.0.0.1", "fd00::1")]
)
async def test_dns_answers_are_checked_on_the_socket(
    hosts: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with feed_server() as server, Fetcher(agent="t") as fetcher:
        server.answers["/feed"] = Answer("secret")
        monkeypatch.setattr(fetcher._session.connector, "_resolver", _Resolver(*hosts))
        with pytest.raises(AddressRefused) as refused:
            await fetcher.get(server.url("/feed", host="innocent.example"))
        assert refused.value.code == "private_address"
        assert server.seen == []


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.1:{port}/secret",
        "http://localhost:{port}/secret",
        "http://inner.example:{port}/s",
    ],
)
async def test_redirects_are_checked_like_first_requests(
    target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first hop is let through by its literal being taken for public; the second is not."""
    async with feed_server() as server, Fetcher(agent="t") as fetcher:
        server.answers["/feed"] = Answer(
            status=302, headers={"Location": target.format(port=server.port)}
        )
        connector = fetcher._session.connector
        monkeypatch.setattr(connector, "_resolver", _Resolver("127.0.0.1"))
        guarded = connector._socket_factory
        opened: list[object] = []

        def first_passes(info: aiohttp.AddrInfoType) -> socket.socket:
            opened.append(info)
            return socket.socket(*info[:3]) if len(opened) == 1 else guarded(info)

        monkeypatch.setattr(connector, "_socket_factory", first_passes)
        connector._keepalive_timeout = 0
        connector._force_close = True
        with pytest.raises(AddressRefused):
            await fetcher.get(server.url("/feed", host="innocent.example"))
        assert [seen.path for seen in server.seen] == ["/feed"]


async def test_loopback_answers_when_private_networks_are_allowed() -> None:
    async with feed_server() as server, Fetcher(agent="t", allow_private=True) as fetcher:
        server.answers["/feed"] = Answer("hello")
        responses = await asyncio.gather(*(fetcher.get(server.url("/feed")) for _ in range(3)))
    assert [response.body for response in responses] == [b"hello"] * 3
