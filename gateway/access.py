"""Every route says who may: ``opt=allow(Role.organizer)`` or ``opt=PUBLIC``. One that says nothing stops the start.

Asked by :class:`gateway.gate.Gate`, not as a guard of Litestar, which runs plain functions in a thread, each time.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from litestar.connection import ASGIConnection
from litestar.types import HTTPScope

from core.accounts.roles import ANONYMOUS, Actor, Role
from core.errors import Forbidden, NotSignedIn
from core.i18n import mark

#: Open to everybody, signed in or not.
PUBLIC: dict[str, Any] = {"allow": "public"}
#: Open to everybody who is signed in, whatever the role.
SIGNED_IN: dict[str, Any] = {"allow": "signed_in"}


class SecondFactorNeeded(Forbidden):
    """The session was begun without the second factor that its role demands; pages lead to setting one up."""

    code = "second_factor_needed"
    message = mark("Your role needs a second factor.")


def allow(*roles: Role) -> dict[str, Any]:
    return {"allow": frozenset(roles)}


def actor_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Actor:
    actor = connection.scope.get("user")
    return actor if isinstance(actor, Actor) else ANONYMOUS


def enforce(scope: HTTPScope) -> None:
    """:raises NotSignedIn: 401. :raises Forbidden: 403."""
    allowed = scope["route_handler"].opt.get("allow")
    if allowed == "public" or (allowed is None and scope["method"] == "OPTIONS"):
        return
    actor = scope.get("user")
    if not isinstance(actor, Actor) or actor.kind == "anonymous":
        raise NotSignedIn
    if allowed == "signed_in":
        return
    if not isinstance(allowed, frozenset) or not actor.roles & allowed:
        session = scope.get("yinbo.session")
        raise SecondFactorNeeded if getattr(session, "limited", False) else Forbidden


_ask: Callable[[ASGIConnection[Any, Any, Any, Any]], Awaitable[Actor]] | None = None


def ask_again_by(ask: Callable[[ASGIConnection[Any, Any, Any, Any]], Awaitable[Actor]]) -> None:
    """Who authenticates says here how a connection's cookie or token is looked up anew."""
    global _ask
    _ask = ask


async def actor_again(connection: ASGIConnection[Any, Any, Any, Any]) -> Actor:
    """Who this connection is by now: a stream outlives a session that was revoked."""
    return actor_of(connection) if _ask is None else await _ask(connection)
