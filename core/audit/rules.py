"""What the chain covers, and in which bytes. ``docs/ledger.md`` says the same for auditors."""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from core import chain
from core.accounts.roles import Actor

#: The first line of what is hashed; a changed encoding takes a new one.
ENTRY = "yinbo-audit-entry-1"
NAME = "yinbo-audit-name-1"
PERSONAL = "yinbo-audit-personal-1"
KEY = "yinbo-audit-key-1"

ERASED = "audit.personal_erased"

CHAINED = (
    "at",
    "actor",
    "action",
    "object",
    "before",
    "after",
    "request_id",
    "note",
    "name_digest",
    "personal_digest",
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_sorted = msgspec.json.Encoder(order="deterministic")


class Head(msgspec.Struct, frozen=True):
    """The last seal."""

    position: int = 0
    hash: str = chain.GENESIS
    #: Empty before the first seal.
    key_check: str = ""

    def __str__(self) -> str:
        return f"{self.position}:{self.hash}"


def as_json(value: dict[str, Any] | None) -> str | None:
    """Sorted keys, no spaces."""
    return None if value is None else _sorted.encode(value).decode()


def plain(text: str) -> str:
    """PostgreSQL stores no NUL in a text, and UTF-8 no half of a surrogate pair."""
    return text.replace("\0", "\ufffd").encode(errors="replace").decode()


def microseconds(moment: datetime) -> int:
    """Since 1970 in UTC."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def moment(microseconds: int) -> datetime:
    return _EPOCH + timedelta(microseconds=microseconds)


class NewEntry(msgspec.Struct, frozen=True):
    """The columns of a new entry, in the order of :data:`INSERT`."""

    at: int
    actor: str
    action: str
    object: str
    before: str | None
    after: str | None
    request_id: str
    note: str
    name_digest: str
    personal_digest: str | None
    name: str
    name_salt: str
    personal: str | None
    personal_salt: str | None


def compose(
    actor: Actor,
    action: str,
    object: str,
    *,
    at: int,
    request_id: str,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
    personal: dict[str, Any] | None,
    note: str,
) -> NewEntry:
    name, name_salt = plain(actor.name), secrets.token_hex(16)
    beside, salt = as_json(personal), secrets.token_hex(16)
    return NewEntry(
        at=at,
        actor=actor.key,
        action=plain(action),
        object=plain(object),
        before=as_json(before),
        after=as_json(after),
        request_id=plain(request_id),
        note=plain(note),
        name_digest=name_digest(name_salt, name),
        personal_digest=None if beside is None else personal_digest(salt, beside),
        name=name,
        name_salt=name_salt,
        personal=beside,
        personal_salt=None if beside is None else salt,
    )


def seal(position: int, previous: str, entry: int, values: tuple[str | int | None, ...]) -> str:
    """The hash of one entry in its place; ``values`` in the order of :data:`CHAINED`."""
    return chain.digest(chain.key("audit chain"), ENTRY, (position, previous, entry, *values))


def key_check() -> str:
    """Tells one key from another without telling the key."""
    return chain.digest(chain.key("audit chain"), KEY, ())


def name_digest(salt: str, name: str) -> str:
    return chain.digest(chain.key("audit personal"), NAME, (salt, name))


def personal_digest(salt: str, personal: str) -> str:
    return chain.digest(chain.key("audit personal"), PERSONAL, (salt, personal))
