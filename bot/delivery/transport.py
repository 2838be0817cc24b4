"""HTTP for the Bot API: aiohttp under python-telegram-bot, and a bare wire for many messages.

A request that certainly never left raises NotSent; any other failure may have had its effect.
"""

import json
from typing import Any

import aiohttp
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

from bot.delivery.wire import NotConnected, Wire

# Telegram may silently hold a send for 8 s before it answers: a short time-out would take a
# delivered message for a lost one.
READ_SECONDS = 25.0
CONNECT_SECONDS = 5.0
_UPLOAD_SECONDS = 60.0
# Below what servers allow: a request on a connection they close is one of unknown outcome.
_KEEPALIVE_SECONDS = 15.0
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class NotSent(NetworkError):
    """No connection was made, so the request cannot have had an effect."""


class AiohttpRequest(BaseRequest):
    """A pool of connections; `connections` should be as many as requests may be under way."""

    def __init__(self, *, connections: int = 64, read_seconds: float = READ_SECONDS) -> None:
        self._connections = connections
        self._read_seconds = read_seconds
        self._timeout = _timeout(read_seconds)
        self._session: aiohttp.ClientSession | None = None
        self._wire = Wire(connect=CONNECT_SECONDS, keep=_KEEPALIVE_SECONDS)

    @property
    def read_timeout(self) -> float | None:
        """Seconds that an answer may take, with the connecting if need be."""
        return self._read_seconds

    async def initialize(self) -> None:
        """Open the pool; once is enough."""
        if self._session is None:
            connector = aiohttp.TCPConnector(
                limit=self._connections, keepalive_timeout=_KEEPALIVE_SECONDS
            )
            self._session = aiohttp.ClientSession(
                connector=connector, timeout=self._timeout, cookie_jar=aiohttp.DummyCookieJar()
            )

    async def shutdown(self) -> None:
        """Close the pool."""
        if self._session is not None:
            await self._session.close()
            await self._wire.close()
            self._session = None

    async def do_request(  # the other time-outs are the session's
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ARG002
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ARG002
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ARG002
    ) -> tuple[int, bytes]:
        """Make a request as python-telegram-bot asks for it; writing counts as reading."""
        timeout = self._timeout
        if isinstance(read_timeout, int | float):
            timeout = _timeout(read_timeout)
        data: Any = None
        if request_data is not None and request_data.contains_files:
            data = _form(request_data.json_parameters, request_data.multipart_data)
        elif request_data is not None:
            data = request_data.json_parameters
        return await self._request(method, url, data=data, timeout=timeout)

    async def post_json(
        self, url: str, parameters: dict[str, Any], *, read_seconds: float | None = None
    ) -> tuple[int, bytes]:
        """Post parameters as they are, without the objects between: for many messages."""
        if self._session is None:
            raise RuntimeError("the transport is not initialized")
        seconds = self._read_seconds if read_seconds is None else read_seconds
        try:
            return await self._wire.post(url, _encode(parameters).encode(), seconds)
        except NotConnected as error:
            raise NotSent(str(error)) from None
        except TimeoutError as error:
            raise TimedOut(_name(error)) from None
        except OSError as error:
            raise NetworkError(_name(error)) from None

    async def post_file(
        self, url: str, parameters: dict[str, Any], name: str, file: tuple[str, bytes]
    ) -> tuple[int, bytes]:
        """Post parameters and one file under a parameter's name."""
        fields = {
            key: value if isinstance(value, str) else json.dumps(value)
            for key, value in parameters.items()
        }
        form = _form(fields, {name: (*file, "application/octet-stream")})
        timeout = _timeout(self._read_seconds + _UPLOAD_SECONDS)
        return await self._request("POST", url, data=form, timeout=timeout)

    async def _request(self, method: str, url: str, **options: Any) -> tuple[int, bytes]:
        if self._session is None:
            raise RuntimeError("the transport is not initialized")
        try:
            async with self._session.request(method, url, **options) as response:
                return response.status, await response.read()
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise NotSent(_name(error)) from None
        except TimeoutError as error:
            raise TimedOut(_name(error)) from None
        except (aiohttp.ClientError, OSError) as error:
            raise NetworkError(_name(error)) from None


def say_trouble(error: Exception) -> str:
    """Say in a few words why Telegram was not reached."""
    return "no connection" if isinstance(error, NotSent) else type(error).__name__


def _timeout(read_seconds: float) -> aiohttp.ClientTimeout:
    """Give one limit for all of a request: each further one would cost a timer a message.

    What passes while no connection is made yet is told apart all the same.
    """
    return aiohttp.ClientTimeout(total=read_seconds, sock_connect=CONNECT_SECONDS)


def _form(fields: dict[str, str], files: dict[str, Any]) -> aiohttp.FormData:
    form = aiohttp.FormData(quote_fields=False)  # names of files are read as they are
    for key, value in fields.items():
        form.add_field(key, value)
    for key, (filename, content, mime_type) in files.items():
        form.add_field(key, content, filename=filename, content_type=mime_type)
    return form


def _name(error: BaseException) -> str:
    """Name an error without its text: addresses of requests hold the token."""
    return type(error).__name__
