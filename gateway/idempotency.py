"""``Idempotency-Key`` at the edge. A route that creates something::

    once = await once_of(request)                       # answers at once if it was answered before
    return await created(request, lambda: services.add(actor, data, once=once))

Simple work runs in one transaction with its kept answer::

    return await once_only(request, lambda: services.add(actor, data))

What takes long (hashing, composing a mail) is done before; the work is awaited inside the transaction.
"""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import msgspec
from litestar import Request, Response
from litestar.enums import MediaType

from core import db
from core.errors import FieldError, InvalidInput
from core.i18n import mark
from core.idempotency.services import AlreadyGiven, Given, Once
from gateway.access import actor_of

T = TypeVar("T")

HEADER = "idempotency-key"
_MOST = 200


async def once_of(request: Request[Any, Any, Any]) -> Once:
    key = request.headers.get(HEADER)
    if key is None:
        return Once.unasked()
    if not 0 < len(key) <= _MOST or not key.isascii() or not key.isprintable():
        message = mark("An idempotency key has 1 to 200 printable ASCII characters.")
        raise InvalidInput(errors=(FieldError("Idempotency-Key", "invalid", message),))
    return Once(actor_of(request).key, request.scope["path"], key, await request.body())


async def once_only(
    request: Request[Any, Any, Any],
    work: Callable[[], Awaitable[T]],
    *,
    status_code: int = 201,
    headers: dict[str, str] | None = None,
) -> Response[T]:
    """Does ``work`` and keeps its answer in one transaction; under a key that was used before, answers as then.

    What comes back is encoded already; its type is for the API's document.
    """
    once = await once_of(request)
    given = await once.given_before()
    if given is None:
        try:
            async with db.transaction():
                await once.claim()
                given = Given(status_code, msgspec.json.encode(await work()))
                await once.keep(given.status, given.body)
        except AlreadyGiven as before:
            given = before.given
    encoded: Any = given.body
    return Response(encoded, status_code=given.status, media_type=MediaType.JSON, headers=headers)
