"""The arguments of a call, from wherever they came, read with the leniency of the real server.

Integers are clamped rather than refused, and whatever is no "true", "yes" or "1" is false.
"""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from sandbox.telegram.errors import bad_request

_INTEGER = re.compile(r"\s*([+-]?\d+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a multipart request."""

    name: str
    content: bytes = field(repr=False)
    mime_type: str


class Arguments:
    """Named values: texts, native JSON values, or uploads."""

    __slots__ = ("values",)

    def __init__(self, values: dict[str, Any]) -> None:
        self.values = values

    def has(self, name: str) -> bool:
        """Say whether a value that is not empty was given."""
        return self.values.get(name, "") not in ("", None)

    def text(self, name: str) -> str:
        """Return a value as text, "" when absent; numbers and booleans as JSON writes them."""
        value = self.values.get(name, "")
        if isinstance(value, str):
            return value
        if isinstance(value, Upload):
            return ""
        return json.dumps(value, ensure_ascii=False)

    def integer(self, name: str, default: int = 0, least: int = 0, most: int = 2**31 - 1) -> int:
        """Return a whole number, clamped; what does not begin with digits counts as 0."""
        value = self.values.get(name, default)
        if isinstance(value, str):
            match = _INTEGER.match(value)
            value = int(match[1]) if match else default if not value else 0
        elif isinstance(value, bool) or not isinstance(value, int | float):
            value = 0
        return max(least, min(most, int(value)))

    def boolean(self, name: str) -> bool:
        """Return whether a value says yes."""
        return self.text(name).lower() in ("true", "yes", "1")

    def json(self, name: str, message: str = "can't parse JSON") -> Any:
        """Return a JSON value, None when absent; refuse what does not parse with `message`."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise bad_request(message) from None

    def upload(self, name: str) -> Upload | None:
        """Return the file of a field, directly or by attach://NAME."""
        value = self.values.get(name)
        if isinstance(value, str) and value.startswith("attach://"):
            value = self.values.get(value.removeprefix("attach://"))
        return value if isinstance(value, Upload) else None


async def read_arguments(request: web.BaseRequest) -> Arguments:
    """Collect the arguments of the query string and of the body."""
    values: dict[str, Any] = dict(request.query) if request.query_string else {}
    if not request.can_read_body:
        return Arguments(values)
    kind = request.content_type
    if kind == "application/json":
        values |= await _read_json(request)
    elif kind in ("application/x-www-form-urlencoded", "multipart/form-data"):
        for name, value in (await request.post()).items():
            if isinstance(value, web.FileField):
                content = value.file.read()
                values[name] = Upload(value.filename, content, value.content_type)
            else:
                values[name] = value
    else:
        await request.read()
    return Arguments({name: _shared(value) for name, value in values.items()})


def _shared(value: Any) -> Any:
    """Keep one copy of a text that many calls carry: the log of calls holds them all."""
    return sys.intern(value) if type(value) is str and len(value) > 32 else value


async def _read_json(request: web.BaseRequest) -> dict[str, Any]:
    try:
        body = json.loads(await request.read())
    except ValueError:
        raise bad_request("can't parse request body: Invalid JSON") from None
    if not isinstance(body, dict):
        raise bad_request("can't parse request body: expected a JSON object")
    for value in body.values():
        if isinstance(value, str) and not value.isascii():
            try:
                value.encode()
            except UnicodeEncodeError:
                raise bad_request("strings must be encoded in UTF-8") from None
    return body
