"""``/healthz``, ``/readyz``, ``/metrics``."""

from typing import Any

from litestar import Request, Response, get

from core.accounts.roles import Role
from core.config.checks import is_loopback
from core.db.migrations import readiness
from gateway.access import PUBLIC, actor_of
from gateway.observe import metrics

_FRESH = {"cache-control": "no-store"}
_FORWARDED = ("forwarded", "via", "x-real-ip")


@get("/healthz", opt=PUBLIC, sync_to_thread=False, include_in_schema=False)
def healthz() -> Response[str]:
    """The process is up; it asks nothing else."""
    return Response("ok\n", media_type="text/plain", headers=_FRESH)


@get("/readyz", opt=PUBLIC, include_in_schema=False)
async def readyz() -> Response[str]:
    reason = await readiness()
    if reason:
        return Response(f"{reason}\n", status_code=503, media_type="text/plain", headers=_FRESH)
    return Response("ready\n", media_type="text/plain", headers=_FRESH)


def _from_this_machine(request: Request[Any, Any, Any]) -> bool:
    """Through a proxy on this machine everybody comes from loopback, so its headers must be absent."""
    client = request.client
    if client is None or not is_loopback(client.host):
        return False
    return not any(name in _FORWARDED or name.startswith("x-forwarded-") for name in request.headers)


@get("/metrics", opt=PUBLIC, include_in_schema=False)
async def prometheus(request: Request[Any, Any, Any]) -> Response[bytes]:
    actor = actor_of(request)
    if not (actor.roles & {Role.organizer, Role.admin} or _from_this_machine(request)):
        # Plain, not the way to the login page: who asks is a program.
        return Response(b"An organizer's token is needed.\n", status_code=401, media_type="text/plain", headers=_FRESH)
    # The framework adds the charset.
    return Response(await metrics.answer(), media_type="text/plain; version=0.0.4", headers=_FRESH)


ROUTES = [healthz, prometheus, readyz]
