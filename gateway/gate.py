"""The layer between routing and handlers, after the one that says who it is: forged requests stop here."""

from typing import Any
from urllib.parse import parse_qsl

from litestar.connection import ASGIConnection
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPReceiveMessage, Receive, Scope, Send

from gateway import csrf

#: How much of a form is read in search of its token: a hidden field that stands first.
_SEARCHED = 65_536


class Gate:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP:
            connection: ASGIConnection[Any, Any, Any, Any] = ASGIConnection(scope)
            if csrf.is_needed(connection):
                token = connection.headers.get(csrf.HEADER)
                if token is None:
                    seen, receive = await _peek(receive)
                    token = _token_in(connection.headers.get("content-type", ""), seen)
                csrf.check(connection, token)
        await self.app(scope, receive, send)


async def _peek(receive: Receive) -> tuple[bytes, Receive]:
    """The beginning of the body, and a ``receive`` that gives it all again."""
    messages: list[Any] = []
    seen = b""
    while len(seen) < _SEARCHED:
        message = await receive()
        messages.append(message)
        if message["type"] != "http.request":
            break
        seen += message["body"]
        if not message["more_body"]:
            break
    messages.reverse()

    async def again() -> HTTPReceiveMessage:
        return messages.pop() if messages else await receive()  # type: ignore[return-value]

    return seen[:_SEARCHED], again


def _token_in(content_type: str, body: bytes) -> str | None:
    kind, _, options = content_type.partition(";")
    if kind.strip().lower() == "application/x-www-form-urlencoded":
        try:
            pairs = parse_qsl(body.decode("latin-1"), keep_blank_values=True, max_num_fields=1000)
        except ValueError:
            return None
        return next((value for name, value in pairs if name == csrf.FIELD), None)
    if kind.strip().lower() == "multipart/form-data":
        _, _, boundary = options.partition("boundary=")
        mark = b"--" + boundary.split(";")[0].strip().strip('"').encode("latin-1", "replace")
        for part in body.split(mark)[1:-1]:
            head, _, value = part.partition(b"\r\n\r\n")
            if f'name="{csrf.FIELD}"'.encode() in head and b"filename" not in head:
                return value.removesuffix(b"\r\n").decode("latin-1")
    return None
