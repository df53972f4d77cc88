"""One connection to the mail server, used for many messages, and what the server's answers mean."""

import asyncio
import contextlib
from typing import Any, Literal

import aiosmtplib
import msgspec

from core import clock
from core.mail.wire import Server, mime, to_ascii

#: Refused because of its size: of this message, whoever sends it.
TOO_LARGE = 552


class Outcome(msgspec.Struct, frozen=True):
    """``sent``; ``later``: it is worth another try; ``never``: the server said so; ``unreachable``: no message would
    have got through."""

    kind: Literal["sent", "later", "never", "unreachable"]
    answer: str
    #: The server will have nothing for this address.
    bounced: bool = False


class Timeouts(msgspec.Struct, frozen=True):
    """Seconds."""

    connect: float = 15.0
    #: For each answer of the server.
    answer: float = 30.0
    #: For the answer after the last line: RFC 5321 (4.5.3.2.6) says ten minutes; a relay answers at once.
    data: float = 60.0
    #: For one message with all of that.
    whole: float = 120.0


def _said(error: BaseException) -> str:
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return f"{error.code} {error.message}"[:1000]
    return f"{type(error).__name__}: {error}".rstrip(": ")[:1000]


async def connect(server: Server, timeouts: Timeouts) -> "aiosmtplib.SMTP":
    """Connected, encrypted and signed in as the settings want it; to be closed by the caller.

    :raises aiosmtplib.SMTPException: or OSError, ValueError.
    """
    smtp = aiosmtplib.SMTP(
        hostname=server.host,
        port=server.port,
        username=server.user or None,
        password=server.password if server.user else None,
        local_hostname=server.own_name,
        timeout=timeouts.answer,
        use_tls=server.tls == "tls",
        start_tls={"tls": False, "none": False, "starttls": True, "offered": None}[server.tls],
    )
    await smtp.connect(timeout=timeouts.connect)
    return smtp


class Connection:
    def __init__(self, server: Server, timeouts: Timeouts) -> None:
        self._server, self._timeouts = server, timeouts
        self._smtp: aiosmtplib.SMTP | None = None

    @property
    def is_open(self) -> bool:
        return self._smtp is not None and self._smtp.is_connected

    async def close(self) -> None:
        smtp, self._smtp = self._smtp, None
        if smtp is None:
            return
        with contextlib.suppress(aiosmtplib.SMTPException, OSError, TimeoutError):
            if smtp.is_connected:
                await smtp.quit(timeout=2)
        smtp.close()

    def drop(self) -> None:
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            smtp.close()

    async def _open(self) -> "aiosmtplib.SMTP":
        self._smtp = smtp = await connect(self._server, self._timeouts)
        return smtp

    async def deliver(self, row: dict[str, Any]) -> Outcome:
        """Never raises but for cancelling."""
        try:
            content = mime(row, self._server, clock.now())
            sender, to = to_ascii(self._server.sender), to_ascii(row["to_address"])
        except (ValueError, UnicodeError, IndexError) as error:
            return Outcome("never", f"this cannot be written as a mail: {_said(error)}")
        try:
            async with asyncio.timeout(self._timeouts.whole):
                return await self._deliver(content, sender, to)
        except TimeoutError:
            self.drop()
            return Outcome("later", "the server took too long")
        except asyncio.CancelledError:
            self.drop()
            raise

    async def _deliver(self, content: bytes, sender: str, to: str) -> Outcome:
        for _ in range(2):
            reused = self.is_open
            if not reused:
                self.drop()
            try:
                smtp = self._smtp if self._smtp is not None else await self._open()
            except (aiosmtplib.SMTPException, OSError, ValueError) as error:
                self.drop()
                return Outcome("unreachable", _said(error))
            try:
                await self._begin(smtp, sender, len(content), utf8=not to.isascii() or not sender.isascii())
            except aiosmtplib.SMTPResponseException as error:
                if error.code == 421 or not smtp.is_connected:
                    self.drop()
                    if reused:
                        continue
                    return Outcome("unreachable", _said(error))
                await self._reset(smtp)
                final = error.code == TOO_LARGE
                # The sender is refused: a setting is wrong, which may be mended.
                return Outcome("never" if final else "later", _said(error))
            except (aiosmtplib.SMTPException, OSError, ValueError) as error:
                self.drop()
                # It may have closed while nothing was sent; a new one tells.
                if reused:
                    continue
                return Outcome("unreachable", _said(error))
            return await self._hand_over(smtp, content, to)
        return Outcome("unreachable", "the server closes every connection")

    async def _begin(self, smtp: "aiosmtplib.SMTP", sender: str, size: int, *, utf8: bool) -> None:
        options = [f"SIZE={size}"] if smtp.supports_extension("size") else []
        if utf8 and smtp.supports_extension("smtputf8"):
            options.append("SMTPUTF8")
        await smtp.mail(sender, options=options, encoding="utf-8" if utf8 else "ascii")

    async def _hand_over(self, smtp: "aiosmtplib.SMTP", content: bytes, to: str) -> Outcome:
        about_address = True
        try:
            if not to.isascii() and not smtp.supports_extension("smtputf8"):
                await self._reset(smtp)
                return Outcome("never", "the mail server does not take addresses of this script", bounced=True)
            await smtp.rcpt(to, encoding="ascii" if to.isascii() else "utf-8")
            about_address = False
            response = await smtp.data(content, timeout=self._timeouts.data)
        except aiosmtplib.SMTPResponseException as error:
            if error.code == 421 or not smtp.is_connected:
                self.drop()
                return Outcome("later", _said(error))
            await self._reset(smtp)
            if 500 <= error.code < 600:
                return Outcome("never", _said(error), bounced=about_address)
            return Outcome("later", _said(error))
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            self.drop()
            return Outcome("later", _said(error))
        return Outcome("sent", f"{response.code} {response.message}"[:1000])

    async def _reset(self, smtp: "aiosmtplib.SMTP") -> None:
        try:
            await smtp.rset()
        except (aiosmtplib.SMTPException, OSError):
            self.drop()
