"""What uvicorn takes without end: a connection that asks nothing, a head that drips in or never ends, trailers.

A body has its limits in :mod:`gateway.gate`; until a head is whole, no application has heard of the request.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

#: Seconds from the connection, or from the first byte of a next request, until the head is whole.
HEAD_WITHIN = 15.0
#: Bytes of a head. :mod:`gateway.front` looks closer at what is let through here.
LONGEST_HEAD = 65_536
#: Seconds after a refusal in which what still arrives is thrown away: hanging up on it would reset the connection, and
#: the refusal might never be read.
LINGER = 1.0

_SLOW = b"HTTP/1.1 408 Request Timeout\r\n"
_LONG = b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
_REST = b"content-length: 0\r\nconnection: close\r\n\r\n"


class Connection(HttpToolsProtocol):
    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._head_open = True
        self._head_bytes = 0
        self._refused = False
        self._patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn narrows it
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._wait_no_more()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        if self._head_open:
            self._head_bytes += len(data)
            if self._patience is None:
                self._wait()
        super().data_received(data)
        if self._head_open and self._head_bytes > LONGEST_HEAD:
            self._refuse(_LONG)

    def on_headers_complete(self) -> None:
        self._head_open = False
        self._wait_no_more()
        super().on_headers_complete()

    def on_header(self, name: bytes, value: bytes) -> None:
        # After the head come trailers: the request is being answered, and its headers change no more.
        if self._head_open:
            super().on_header(name, value)

    def on_message_complete(self) -> None:
        self._head_open = True
        self._head_bytes = 0
        super().on_message_complete()

    def _answering(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is not None and not cycle.response_complete

    def _wait(self) -> None:
        self._patience = self.loop.call_later(HEAD_WITHIN, self._too_slow)

    def _wait_no_more(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _too_slow(self) -> None:
        self._patience = None
        if self._answering():
            self._wait()  # an answer is under way: the next request has time until after it
        elif self._head_bytes:
            self._refuse(_SLOW)
        else:
            self.transport.close()

    def _refuse(self, status: bytes) -> None:
        self._wait_no_more()
        if self.transport.is_closing():
            return
        if self._answering() or not self.transport.can_write_eof():
            if not self._answering():
                self.transport.write(status + _REST)
            self.transport.close()
            return
        self._refused = True
        self.transport.write(status + _REST)
        self.transport.write_eof()
        self._patience = self.loop.call_later(LINGER, self.transport.close)
