"""Which columns are personal, and how they lead to a person.

Each app says so in its ``personal.py`` (``HOLDINGS``, ``EXCEPTIONS``), which is found beside its ``piccolo_app.py``.
A test fails when a column that looks personal stands in neither.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import msgspec
from piccolo.columns import Column
from piccolo.conf.apps import Finder
from piccolo.table import Table

#: What stands where a name or a text was.
ERASED = "[已删除 erased]"
_HOST = "@erased.invalid"
#: Mail to it is never written; see :func:`core.mail.services.enqueue`.
ERASED_EMAIL = f"erased{_HOST}"


def is_erased(address: str) -> bool:
    return address.endswith(_HOST)


def erased_email(number: int) -> str:
    """For a column whose values differ."""
    return f"erased-{number}{_HOST}"


class Scope(msgspec.Struct, kw_only=True):
    """Whose rows are meant: one person's, or those of some exhibitors of an edition."""

    #: Lower case.
    emails: set[str] = msgspec.field(default_factory=set)
    #: E.164.
    mobiles: set[str] = msgspec.field(default_factory=set)
    #: Alone a name leads nowhere, for many share it; it counts in rows that lead to the person otherwise.
    names: set[str] = msgspec.field(default_factory=set)
    accounts: set[int] = msgspec.field(default_factory=set)
    #: Those whose contact the person is.
    exhibitors: set[int] = msgspec.field(default_factory=set)
    #: All that stands with these exhibitors, whoever wrote it: an edition is over.
    whole: bool = False
    #: Badges of an edition that belong to no exhibitor.
    edition: int | None = None
    #: The firms' papers go too.
    papers: bool = False
    #: Addresses and numbers that go for good with an edition, and the names of whose they are: by these, mentions in
    #: what was written to others are found.
    mentions: dict[str, set[str]] = msgspec.field(default_factory=dict)
    #: Objects of the audit trail.
    objects: set[str] = msgspec.field(default_factory=set)

    @property
    def keys(self) -> list[str]:
        """``Actor.key`` of the accounts."""
        return [f"account:{number}" for number in sorted(self.accounts)]


Finding = Callable[[Scope], Sequence[Any]]
Eraser = Callable[[list[int], dict[Any, object]], Any]


class Holding(msgspec.Struct, frozen=True):
    """Personal columns of a table; ``columns`` says what each becomes when it is erased."""

    table: type[Table]
    columns: dict[Any, object]
    #: Conditions of which one is enough for a row to be the person's.
    find: Finding
    #: Rows go whole.
    delete: bool = False
    #: Further texts in which somebody may have written a name or a number.
    texts: tuple[str, ...] = ()
    #: Rows in which a name, alone, means this person.
    near: Finding = lambda _scope: ()
    #: Other ways to erase than an update.
    erase: Eraser | None = None
    #: Written to others as well: a purge takes out of it what was said of people who go.
    mentions: bool = False
    #: What an export shows besides the personal columns.
    shown: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.table._meta.tablename

    def column(self, name: str) -> Column:
        return self.table._meta.get_column_by_name(name)


#: What finds accounts, exhibitors and names from an address or a number.
Widening = Callable[[Scope], Any]


class App(msgspec.Struct, frozen=True):
    holdings: list[Holding]
    #: ``table.column`` to why it is none of ours.
    exceptions: dict[str, str]
    widen: Widening | None
    #: What an edition's purge takes in one go, a scope each.
    portions: Callable[[int], AsyncIterator[Scope]] | None


@cache
def apps() -> list[App]:
    found: list[App] = []
    for module in Finder().get_app_modules():
        name = module.__name__.removesuffix("piccolo_app") + "personal"
        if find_spec(name) is None:
            continue
        own = import_module(name)
        found.append(
            App(
                own.HOLDINGS,
                getattr(own, "EXCEPTIONS", {}),
                getattr(own, "widen", None),
                getattr(own, "portions", None),
            )
        )
    return found


def holdings() -> list[Holding]:
    """In the order of erasure: what is found by way of accounts and contacts goes before these."""
    found = [holding for app in apps() for holding in app.holdings]
    return sorted(found, key=lambda one: one.name in _LAST and 1 + _LAST.index(one.name))


_LAST = ("account", "exhibitor_member", "exhibitor")
LAST = frozenset(_LAST)
