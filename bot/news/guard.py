"""Which addresses feeds and article pages may live at.

Invariant: the verdict is on the address a socket is about to connect to, so neither DNS answers
nor redirects nor odd spellings of an address can lead past it.
"""

import ipaddress
import re
import socket

from aiohttp import AddrInfoType, SocketFactoryType
from aiohttp.typedefs import StrOrURL
from yarl import URL

from storage.errors import AddressRefused, FetchFailed

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

# Not "global" in the sense of news on the web, though ipaddress calls some of them so.
_REFUSED_V4 = tuple(
    map(
        ipaddress.IPv4Network,
        (
            "0.0.0.0/8",  # this network
            "10.0.0.0/8",
            "100.64.0.0/10",  # carrier-grade NAT; holds 100.100.100.200, a metadata service
            "127.0.0.0/8",
            "169.254.0.0/16",  # link-local; holds 169.254.169.254, the usual metadata service
            "168.63.129.16/32",  # Azure's metadata service on a public address
            "172.16.0.0/12",
            "192.0.0.0/24",  # protocol assignments; holds 192.0.0.192, a metadata service
            "192.0.2.0/24",  # documentation
            "192.31.196.0/24",
            "192.52.193.0/24",
            "192.88.99.0/24",  # 6to4 relays
            "192.168.0.0/16",
            "192.175.48.0/24",
            "198.18.0.0/15",  # benchmarks
            "198.51.100.0/24",  # documentation
            "203.0.113.0/24",  # documentation
            "224.0.0.0/4",  # multicast
            "240.0.0.0/4",  # reserved, broadcast
        ),
    )
)
_GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")
_REFUSED_V6 = tuple(
    map(
        ipaddress.IPv6Network,
        ("2001::/23", "2001:db8::/32", "3fff::/20", "2620:4f:8000::/48"),
    )
)
_SIX_TO_FOUR = ipaddress.IPv6Network("2002::/16")
# Prefixes whose last 32 bits are an IPv4 address: compatible, mapped, translated, NAT64.
_IPV4_AT_END = tuple(
    map(
        ipaddress.IPv6Network,
        ("::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96"),
    )
)

# Ports of other services that answer on public hosts (a subset of the Fetch standard's list).
_REFUSED_PORTS = frozenset(
    {1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6697, 10080}
    | set(range(6665, 6670))
)
_NUMERIC_LABEL = re.compile(r"^(\d+|0[xX][0-9a-fA-F]*)$")


class RefusedAddress(OSError):
    """Raised inside the connector, where only an OSError travels; fetch.py translates it.

    All of them read the same: the connector keeps the type of several errors only then.
    """

    def __init__(self) -> None:
        super().__init__("the guard refuses this address")


def is_public(address: IPAddress) -> bool:
    """Tell whether an address is an ordinary one of the public internet."""
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in _REFUSED_V4)
    inner = _embedded_ipv4(address)
    if inner is not None:
        return is_public(inner)
    return address in _GLOBAL_V6 and not any(address in network for network in _REFUSED_V6)


def _embedded_ipv4(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if any(address in network for network in _IPV4_AT_END):
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    if address in _SIX_TO_FOUR:
        return ipaddress.IPv4Address((int(address) >> 80) & 0xFFFF_FFFF)
    return None


def check_url(url: StrOrURL, *, allow_private: bool = False) -> URL:
    """Parse a URL and refuse what must not be asked for, before any DNS query.

    Raises AddressRefused for a scheme, port or literal address that is not allowed, and
    FetchFailed("bad_url") for what is no URL at all.
    """
    text = str(url)
    try:
        parsed = URL(text)
        host, port = parsed.raw_host, parsed.port
    except ValueError as error:
        raise FetchFailed(text, "bad_url") from error
    if parsed.scheme not in ("http", "https"):
        raise AddressRefused(text, "scheme", parsed.scheme)
    if not host:
        raise FetchFailed(text, "bad_url")
    if allow_private:
        return parsed
    _check_literal(text, host)
    if port is None or not _is_usual_port(port):
        raise AddressRefused(text, "port", str(port))
    return parsed


def _is_usual_port(port: int) -> bool:
    return port in (80, 443) or (port >= 1024 and port not in _REFUSED_PORTS)


def _check_literal(url: str, host: str) -> None:
    name = host.rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        raise AddressRefused(url, "private_address", host)
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        # A last label that is a number makes browsers and inet_aton read the whole as an
        # address: 2130706433, 127.1, 0x7f.0.0.1, 0177.0.0.1.
        if ":" in name or _NUMERIC_LABEL.match(name.rpartition(".")[2]):
            raise AddressRefused(url, "odd_address", host) from None
        return
    if not is_public(address):
        raise AddressRefused(url, "private_address", host)


def socket_factory(*, allow_private: bool) -> SocketFactoryType:
    """Give the connector a maker of sockets that refuses to open one towards a private address."""

    def open_socket(info: AddrInfoType) -> socket.socket:
        family, kind, protocol, _, target = info
        if not allow_private:
            address = ipaddress.ip_address(str(target[0]).partition("%")[0])
            if not is_public(address):
                raise RefusedAddress
        return socket.socket(family, kind, protocol)

    return open_socket
