"""Lists of the API: ``?limit=&cursor=`` and ``{"items", "next", "total"}``.

A cursor holds the sort keys of the last row that was seen (keyset, not offset: a row added meanwhile shifts nothing).
It is signed for its path and filters, so that nobody builds on its inside and one of another list is refused::

    @get("/api/v1/badges", opt=allow(Role.organizer))
    async def badges(request: ..., limit: Limit = 50, cursor: Cursor = None) -> Listing[BadgeItem]:
        after = after_of(request, cursor)                      # () at the beginning, else (id,)
        rows, total = await queries.badges(after=after, limit=limit + 1)
        return listing(request, rows, limit, total, key=lambda row: (row.id,))
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from hashlib import blake2b
from typing import Annotated, Any, Generic, TypeVar
from urllib.parse import parse_qsl

import msgspec
from litestar import Request
from litestar.params import QueryParameter

from core.config import secret_key
from core.errors import FieldError, InvalidInput
from core.i18n import mark

T = TypeVar("T")
Key = tuple[int | str, ...]
_MAC = 12

Limit = Annotated[int, QueryParameter(ge=1, le=500, description="How many at most.")]
Cursor = Annotated[str | None, QueryParameter(max_length=500, description="`next` of the piece before.")]


class Listing(msgspec.Struct, Generic[T]):
    """``next`` is null on the last piece; ``total`` counts all that the filters let through."""

    items: list[T]
    next: str | None
    total: int


def _mac(request: Request[Any, Any, Any], packed: bytes) -> bytes:
    made = blake2b(packed, key=secret_key("cursor"), digest_size=_MAC)
    made.update(request.scope["path"].encode())
    asked = parse_qsl(request.scope["query_string"].decode("latin-1"))
    for name, value in sorted(pair for pair in asked if pair[0] not in ("limit", "cursor")):
        made.update(f"\0{name}={value}".encode())
    return made.digest()


def after_of(request: Request[Any, Any, Any], cursor: str | None) -> Key:
    """The sort keys to go on after; empty at the beginning. Raises :class:`InvalidInput` for a cursor not from here."""
    if not cursor:
        return ()
    try:
        raw = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
    except ValueError:
        raw = b""
    mac, packed = raw[:_MAC], raw[_MAC:]
    if not packed or not hmac.compare_digest(mac, _mac(request, packed)):
        message = mark("This cursor does not belong to this list. Begin again without it.")
        raise InvalidInput(errors=(FieldError("cursor", "invalid", message),))
    return msgspec.msgpack.decode(packed, type=Key)


def listing(
    request: Request[Any, Any, Any], items: Sequence[T], limit: int, total: int, key: Callable[[T], Key]
) -> Listing[T]:
    """``items``: up to ``limit + 1`` of them; the one too many only tells that there is more."""
    shown = list(items[:limit])
    if len(items) <= limit:
        return Listing(shown, None, total)
    packed = msgspec.msgpack.encode(key(shown[-1]))
    cursor = urlsafe_b64encode(_mac(request, packed) + packed).decode().rstrip("=")
    return Listing(shown, cursor, total)
