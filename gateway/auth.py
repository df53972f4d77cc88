"""Says who it is, before anything else looks: by bearer token, or by the session's cookie.

A bearer token wins, and then cookies count for nothing; a wrong one is refused rather than ignored. With neither,
nothing is looked up. ``scope["user"]`` is the :class:`~core.accounts.roles.Actor`, ``scope["yinbo.session"]`` the
session, ``scope["yinbo.checkpoint"]`` the one checkpoint that a token is bound to.
"""

import hmac
import time
from contextlib import suppress
from typing import Any

from litestar import Response
from litestar.connection import ASGIConnection
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from core import chain
from core.accounts import queries
from core.accounts.queries import Program, SignedIn
from core.accounts.roles import ANONYMOUS, Actor
from core.accounts.rules import SESSION_LIFE
from core.accounts.secrets import digest
from core.accounts.services import sessions, tokens
from core.accounts.services.tokens import PREFIX
from core.config import settings
from core.db import Busy
from core.errors import NotSignedIn
from gateway import csrf, limits
from gateway.access import ask_again_by

#: What a browser that signed in before is known by; see :mod:`core.accounts.services.throttle`.
DEVICE_DAYS = 180

WRONG = limits.RATES["token"]

Connection = ASGIConnection[Any, Any, Any, Any]


def session_token(connection: Connection) -> str:
    return connection.cookies.get(csrf.session_cookie(), "")


def session_of(connection: Connection) -> SignedIn | None:
    found = connection.scope.get("yinbo.session")
    return found if isinstance(found, SignedIn) else None


class _Known:
    """Digests of tokens that were right not long ago, so that a flood of wrong ones from the same address, behind which
    a whole hall may sit, does not lock them out. They are looked up all the same: a revoked one is refused at once."""

    HOLDS = 10_000

    def __init__(self) -> None:
        self._kept: dict[str, None] = {}

    def __contains__(self, digest: str) -> bool:
        return digest in self._kept

    def keep(self, digest: str) -> None:
        if digest not in self._kept and len(self._kept) >= self.HOLDS:
            del self._kept[next(iter(self._kept))]
        self._kept[digest] = None

    def drop(self, digest: str) -> None:
        self._kept.pop(digest, None)


_known = _Known()


async def _program(connection: Connection, token: str, *, counted: bool) -> Program:
    """Wrong tokens are counted by address, and over the limit none is looked up but those that were right before.

    :raises NotSignedIn: 401. :raises TooMany: 429.
    """
    limiting = limits.current() if counted else None
    who = limits.address_key(connection.client.host if connection.client else "")
    key = digest(token)
    if limiting is not None and key not in _known:
        limiting.refuse_early(WRONG, who)
    program = await queries.program(token) if token.startswith(PREFIX) and len(token) < 200 else None
    if program is None:
        _known.drop(key)
        if limiting is not None:
            limiting.memory.wait(WRONG, who, time.monotonic())
        raise NotSignedIn
    _known.keep(key)
    return program


async def _look_up(connection: Connection, *, used: bool = True) -> tuple[Actor, SignedIn | None, str]:
    """``used``: it counts as use, which keeps a session alive."""
    # As they came: a gate's many scans have no need of a dictionary of them.
    said = next((value for name, value in connection.scope["headers"] if name == b"authorization"), b"")
    if csrf.is_bearer(said):
        program = await _program(connection, said[7:].strip().decode("latin-1"), counted=used)
        if used:
            with suppress(Busy):
                await tokens.seen(program)
        return program.actor, None, program.checkpoint
    cookie = session_token(connection)
    if not cookie or len(cookie) > 200:
        return ANONYMOUS, None, ""
    known = await queries.session(cookie)
    if known is None:
        return ANONYMOUS, None, ""
    if used:
        with suppress(Busy):
            await sessions.seen(known)
    return known.actor, known, ""


async def _again(connection: Connection) -> Actor:
    try:
        return (await _look_up(connection, used=False))[0]
    except NotSignedIn:
        return ANONYMOUS


ask_again_by(_again)


class Authenticate:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP:
            keyed: dict[str, Any] = scope  # type: ignore[assignment]  # a TypedDict that can't know our keys
            names = {name for name, _ in scope["headers"]}
            if b"authorization" in names or b"cookie" in names:
                actor, session, checkpoint = await _look_up(ASGIConnection(scope))
                keyed["user"], keyed["yinbo.session"], keyed["yinbo.checkpoint"] = actor, session, checkpoint
            else:
                keyed["user"] = ANONYMOUS
        await self.app(scope, receive, send)


# ── cookies ──


def _set(response: Response[Any], name: str, value: str, seconds: int) -> None:
    response.set_cookie(
        csrf.host_cookie(name),
        value,
        max_age=seconds,
        path="/",
        httponly=True,
        samesite="lax",
        secure=settings().public_url.startswith("https://"),
    )


def enter(response: Response[Any], token: str, account: int) -> None:
    """Signs this browser in, and remembers that this account did so here."""
    _set(response, "session", token, int(SESSION_LIFE.total_seconds()))
    _set(response, "device", f"{account}.{_device_mac(str(account))}", DEVICE_DAYS * 86_400)


def leave(response: Response[Any]) -> None:
    _set(response, "session", "", 0)


def remember_step(response: Response[Any], token: str) -> None:
    """Between password and code: no session yet."""
    _set(response, "step", token, 600)


def forget_step(response: Response[Any]) -> None:
    _set(response, "step", "", 0)


def step_of(connection: Connection) -> str:
    return connection.cookies.get(csrf.host_cookie("step"), "")[:200]


def _device_mac(account: str) -> str:
    return hmac.new(chain.key("device"), account.encode(), "sha256").hexdigest()[:32]


def device_of(connection: Connection) -> str:
    """The account that signed in on this browser before, as text; empty when unknown or forged."""
    account, _, mac = connection.cookies.get(csrf.host_cookie("device"), "").partition(".")
    return account if account and hmac.compare_digest(mac.encode(), _device_mac(account).encode()) else ""
