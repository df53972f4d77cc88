"""What the chain covers, and in which bytes. ``docs/ledger.md`` says the same for auditors."""

import secrets
from typing import Any

import msgspec

from core import chain
from core.accounts.roles import Actor

#: The first line of what is hashed; a changed encoding takes a new one.
ENTRY = "yinbo-audit-entry-1"
NAME = "yinbo-audit-name-1"
PERSONAL = "yinbo-audit-personal-1"

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

_sorted = msgspec.json.Encoder(order="deterministic")


def as_json(value: dict[str, Any] | None) -> str | None:
    """Sorted keys, no spaces."""
    return None if value is None else _sorted.encode(value).decode()


def plain(text: str) -> str:
    """PostgreSQL stores no NUL in a text, and UTF-8 no half of a surrogate pair."""
    return text.replace("\0", "\ufffd").encode(errors="replace").decode()


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
    key = chain.key("audit personal")
    name, name_salt = plain(actor.name), secrets.token_hex(16)
    beside, salt = as_json(personal), None if personal is None else secrets.token_hex(16)
    return NewEntry(
        at=at,
        actor=actor.key,
        action=plain(action),
        object=plain(object),
        before=as_json(before),
        after=as_json(after),
        request_id=plain(request_id),
        note=plain(note),
        name_digest=chain.digest(key, NAME, (name_salt, name)),
        personal_digest=None if beside is None else chain.digest(key, PERSONAL, (salt, beside)),
        name=name,
        name_salt=name_salt,
        personal=beside,
        personal_salt=salt,
    )


def seal(position: int, previous: str, entry: int, values: tuple[str | int | None, ...]) -> str:
    """The hash of one entry in its place; ``values`` in the order of :data:`CHAINED`."""
    return chain.digest(chain.key("audit chain"), ENTRY, (position, previous, entry, *values))
