"""A real SMTP server inside a test, which can be told to misbehave."""

import asyncio
import ssl
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


def _transport(server: SMTP) -> asyncio.Transport:
    return cast(asyncio.Transport, server.transport)


class Postbox:
    """What arrived, and how the server behaves. Rules for an address stand under it."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.to: list[str] = []
        self.connections = 0
        self.port = 0
        #: Answers to RCPT; each is used once if it begins with 4, always if with 5.
        self.refuses: dict[str, str] = {}
        #: Answers nothing to RCPT of these before the event.
        self.delays: dict[str, asyncio.Event] = {}
        #: Drops the connection after 354, so many times.
        self.drops: Counter[str] = Counter()
        #: Closes after so many messages of a connection.
        self.closes_after = 0
        #: Keeps the mail, then drops the connection instead of answering, so many times.
        self.forgets_to_answer: Counter[str] = Counter()
        self.data_answer = ""
        self.arrived = asyncio.Event()
        self.rcpt_seen: Counter[str] = Counter()
        self._sessions: set[Any] = set()
        self._server: asyncio.Server | None = None

    def addresses(self) -> list[str]:
        return sorted(self.to)

    async def until(self, many: int, seconds: float = 30) -> None:
        async with asyncio.timeout(seconds):
            while len(self.mails) < many:
                self.arrived.clear()
                await self.arrived.wait()

    async def handle_RCPT(  # noqa: N802  # aiosmtpd's name
        self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        self.rcpt_seen[address] += 1
        if address in self.delays:
            await self.delays[address].wait()
        answer = self.refuses.get(address, "")
        if answer:
            if answer.startswith("4"):
                del self.refuses[address]
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.data_answer:
            return self.data_answer
        made = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(made, EmailMessage)
        self.mails.append(made)
        self.to += envelope.rcpt_tos
        self.arrived.set()
        if self.forgets_to_answer[envelope.rcpt_tos[0]]:
            self.forgets_to_answer[envelope.rcpt_tos[0]] -= 1
            _transport(server).abort()
        return "250 Taken"

    async def open(self, port: int = 0, **more: Any) -> None:
        box = self

        class Session(SMTP):
            taken = 0

            def connection_made(self, transport: Any) -> None:
                super().connection_made(transport)
                if not transport.get_extra_info("ssl_object"):
                    box.connections += 1
                box._sessions.add(self)

            def connection_lost(self, error: Exception | None) -> None:
                box._sessions.discard(self)
                super().connection_lost(error)

            async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
                to = self.envelope.rcpt_tos[0] if self.envelope and self.envelope.rcpt_tos else ""
                if box.drops[to]:
                    box.drops[to] -= 1
                    await self.push("354 go on")
                    _transport(self).abort()
                    return
                await super().smtp_DATA(arg)
                self.taken += 1
                if box.closes_after and self.taken >= box.closes_after:
                    _transport(self).close()

        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: Session(self, hostname="postbox.test", enable_SMTPUTF8=True, loop=loop, **more),
            "127.0.0.1",
            port,
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
            for session in list(self._sessions):
                if session.transport is not None:
                    _transport(session).abort()
            await self._server.wait_closed()
            self._server = None
        await asyncio.sleep(0)


@asynccontextmanager
async def postbox(
    *, context: ssl.SSLContext | None = None, login: tuple[str, str] | None = None
) -> AsyncIterator[Postbox]:
    box = Postbox()
    more: dict[str, Any] = {}
    if context is not None:
        more |= {"tls_context": context, "require_starttls": True}
    if login is not None:

        def authenticate(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
            right = isinstance(data, LoginPassword) and (data.login.decode(), data.password.decode()) == login
            return AuthResult(success=right, handled=False)

        more |= {"authenticator": authenticate, "auth_required": True}
    await box.open(**more)
    try:
        yield box
    finally:
        await box.close()
