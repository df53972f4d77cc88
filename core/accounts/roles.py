"""Who someone is to the program, and what one role includes of another."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Literal

import msgspec


class Role(StrEnum):
    admin = "admin"
    organizer = "organizer"
    reviewer = "reviewer"
    gate = "gate"
    signing = "signing"
    viewer = "viewer"
    exhibitor = "exhibitor"


_INCLUDES: dict[Role, frozenset[Role]] = {
    Role.admin: frozenset({Role.organizer, Role.reviewer, Role.gate, Role.viewer}),
    Role.organizer: frozenset({Role.reviewer, Role.gate, Role.viewer}),
    Role.signing: frozenset({Role.viewer}),
}


def effective(roles: Iterable[Role]) -> frozenset[Role]:
    """The roles with all that they include. Nothing includes ``signing``: money needs its own people."""
    out: set[Role] = set()
    for role in roles:
        out |= {role, *_INCLUDES.get(role, ())}
    return frozenset(out)


class Actor(msgspec.Struct, frozen=True):
    """Who does something. ``roles`` are effective ones; ``id`` is the account's or the token's."""

    kind: Literal["anonymous", "account", "token", "cli", "system"]
    id: int | None
    name: str
    roles: frozenset[Role] = frozenset()

    @property
    def key(self) -> str:
        """Names this person in trails and in comparisons of two pairs of eyes: ``account:7``."""
        return self.kind if self.id is None else f"{self.kind}:{self.id}"


ANONYMOUS = Actor("anonymous", None, "")
SYSTEM = Actor("system", None, "system")
CLI = Actor("cli", None, "cli", effective(Role))
