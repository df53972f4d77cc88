"""Reads of people, sessions and tokens."""

import asyncio
import sqlite3
import time
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from weakref import WeakKeyDictionary

import msgspec

from core import clock
from core.accounts.roles import Actor, Role, effective
from core.accounts.rules import SESSION_IDLE
from core.accounts.secrets import digest
from core.accounts.tables import Account, AccountRole, AccountSession, ApiToken, RecoveryCode, RolePolicy
from core.db import ReadJob, run_read, written
from core.errors import NotFound
from core.fresh import FreshBy
from core.search import contains


class Person(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    email: str
    name: str
    locale: str
    roles: tuple[Role, ...]
    has_password: bool
    has_second_factor: bool
    disabled: bool
    created_at: datetime


class SessionLine(msgspec.Struct, frozen=True):
    id: int
    user_agent: str
    address: str
    created_at: datetime
    last_seen_at: datetime
    token_hash: str

    @property
    def device(self) -> str:
        return device_name(self.user_agent) or self.user_agent[:40]


#: The first that fits: most browsers also name those that they descend from.
_BROWSERS = (
    ("MicroMessenger", "WeChat"),
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("HuaweiBrowser", "Huawei"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def device_name(user_agent: str) -> str:
    """What a person would call it: ``Chrome, Android``; empty when it sends none of the common names."""
    names = (next((name for key, name in group if key in user_agent), "") for group in (_BROWSERS, _SYSTEMS))
    return ", ".join(name for name in names if name)


class TokenLine(msgspec.Struct, frozen=True):
    id: int
    name: str
    role: Role
    checkpoint: str
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


class SignedIn(msgspec.Struct, frozen=True):
    """A session as a request needs it."""

    session: int
    actor: Actor
    limited: bool
    locale: str
    last_seen_at: datetime


class Program(msgspec.Struct, frozen=True):
    actor: Actor
    checkpoint: str
    last_used_at: datetime | None


def _roles(names: str | None) -> tuple[Role, ...]:
    return tuple(sorted(Role(name) for name in (names or "").split(",") if name))


_SESSION = """
SELECT s.id, s.account, s.limited, s.last_seen_at, s.expires_at, a.name, a.locale, a.disabled,
  (SELECT {join}(r.role, ',') FROM account_role r WHERE r.account = a.id) AS roles
FROM account_session s JOIN account a ON a.id = s.account WHERE s.token_hash = {mark}
"""
_SESSION_SQLITE = _SESSION.format(join="group_concat", mark="?")
_SESSION_POSTGRES = _SESSION.format(join="string_agg", mark="$1")


def _session_sqlite(connection: sqlite3.Connection, token_hash: str) -> dict[str, Any] | None:
    row: dict[str, Any] | None = connection.execute(_SESSION_SQLITE, (token_hash,)).fetchone()
    return row


async def _session_postgres(connection: Any, token_hash: str) -> dict[str, Any] | None:
    row: dict[str, Any] | None = await connection.fetchrow(_SESSION_POSTGRES, token_hash)
    return row


_session_read = ReadJob(_session_sqlite, _session_postgres, point=True)


class _Known(msgspec.Struct):
    until: float
    written: int
    row: dict[str, Any]


#: By event loop, as a database connection would be.
_known: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, _Known]] = WeakKeyDictionary()
_KNOWN_FOR = 1.0
_KNOWN_HOLDS = 10_000


async def _session_row(token_hash: str) -> dict[str, Any] | None:
    """Kept for a second as long as this process commits nothing: what ends a session here ends it at once, what
    ends it in another process within that second."""
    known = _known.setdefault(asyncio.get_running_loop(), {})
    kept, now = known.get(token_hash), time.monotonic()
    if kept is not None and now < kept.until and kept.written == written():
        return kept.row
    before = written()
    row = await run_read(_session_read, token_hash)
    if row is None:
        known.pop(token_hash, None)
    else:
        if len(known) >= _KNOWN_HOLDS:
            known.clear()
        known[token_hash] = _Known(now + _KNOWN_FOR, before, row)
    return row


async def session(token: str) -> SignedIn | None:
    """Who holds this cookie; None when it ran out, was ended, or its account is disabled. At most one query."""
    row = await _session_row(digest(token))
    if row is None or row["disabled"]:
        return None
    now = clock.now()
    if row["expires_at"] <= now or row["last_seen_at"] <= now - SESSION_IDLE:
        return None
    roles = frozenset() if row["limited"] else effective(_roles(row["roles"]))
    return SignedIn(
        row["id"],
        Actor("account", row["account"], row["name"], roles),
        bool(row["limited"]),
        row["locale"],
        row["last_seen_at"],
    )


_PROGRAMS = "SELECT id, name, token_hash, role, checkpoint, last_used_at FROM api_token WHERE revoked_at IS NULL"
#: So many are kept; of more each is looked up.
_MOST_PROGRAMS = 2000


def _programs_sqlite(connection: sqlite3.Connection, condition: str, *values: Any) -> list[Any]:
    return connection.execute(f"{_PROGRAMS} {condition}", values).fetchall()


async def _programs_postgres(connection: Any, condition: str, *values: Any) -> list[Any]:
    rows: list[Any] = await connection.fetch(f"{_PROGRAMS} {condition}".replace("?", "$1"), *values)
    return rows


_programs_read = ReadJob(_programs_sqlite, _programs_postgres)
_programs: FreshBy[str, dict[str, Program]] = FreshBy()


def _program(row: Any) -> Program:
    actor = Actor("token", row["id"], row["name"], effective([Role(row["role"])]))
    return Program(actor, row["checkpoint"], row["last_used_at"])


async def _every_program() -> dict[str, Program]:
    rows = await run_read(_programs_read, f"ORDER BY id DESC LIMIT {_MOST_PROGRAMS}")
    return {row["token_hash"]: _program(row) for row in rows}


def forget_programs() -> None:
    """For :func:`core.db.after_commit` of what changes or ends a token."""
    _programs.forget()


async def program(token: str) -> Program | None:
    """Whose token this is; None when it is unknown or revoked.

    All are kept for a second, or until :func:`forget_programs`: at a gate each scan comes with one, and a hundred
    phones should not be a hundred queries. One that is not among them is looked up.
    """
    token_hash = digest(token)
    found = (await _programs.get("all", _every_program)).get(token_hash)
    if found is None:
        rows = await run_read(_programs_read, "AND token_hash = ?", token_hash)
        return _program(rows[0]) if rows else None
    return found


def _person(row: dict[str, Any], roles: list[str]) -> Person:
    return Person(
        id=row["id"],
        email=row["email"],
        name=row["name"],
        locale=row["locale"],
        roles=tuple(sorted(Role(role) for role in roles)),
        has_password=bool(row["password_hash"]),
        has_second_factor=row["totp_confirmed"],
        disabled=row["disabled"],
        created_at=row["created_at"],
    )


async def people(q: str = "", *, limit: int = 500) -> list[Person]:
    """In the order of their names. Two queries."""
    query = Account.select().order_by(Account.name).limit(limit)
    if q:
        query = query.where(contains(Account.name, q) | contains(Account.email, q))
    rows = await query
    of: dict[int, list[str]] = {row["id"]: [] for row in rows}
    if of:
        for role in await AccountRole.select().where(AccountRole.account.is_in(list(of))):
            of[role["account"]].append(role["role"])
    return [_person(row, of[row["id"]]) for row in rows]


async def _one(row: dict[str, Any] | None) -> Person:
    if row is None:
        raise NotFound
    roles = await AccountRole.select(AccountRole.role).where(AccountRole.account == row["id"])
    return _person(row, [role["role"] for role in roles])


async def person(account: int) -> Person:
    return await _one(await Account.select().where(Account.id == account).first())


async def person_by_email(email: str) -> Person:
    return await _one(await Account.select().where(Account.email == email.strip().lower()).first())


async def anybody() -> bool:
    """Whether there is an account at all."""
    return bool(await Account.exists())


async def sessions(account: int) -> list[SessionLine]:
    rows = (
        await AccountSession.select()
        .where(AccountSession.account == account, AccountSession.expires_at > clock.now())
        .order_by(AccountSession.last_seen_at, ascending=False)
    )
    return [SessionLine(**{name: row[name] for name in SessionLine.__struct_fields__}) for row in rows]


async def tokens() -> list[TokenLine]:
    rows = await ApiToken.select().order_by(ApiToken.name)
    return [
        TokenLine(**{**{name: row[name] for name in TokenLine.__struct_fields__}, "role": Role(row["role"])})
        for row in rows
    ]


async def recovery_codes_left(account: int) -> int:
    return int(await RecoveryCode.count().where(RecoveryCode.account == account, RecoveryCode.used_at.is_null()))


async def roles_with_second_factor() -> frozenset[Role]:
    rows = await RolePolicy.select(RolePolicy.role).where(RolePolicy.totp_required.eq(True))
    return frozenset(Role(row["role"]) for row in rows)


async def names_of(keys: Iterable[str]) -> dict[str, str]:
    """Of people and programs, by their ``Actor.key``; keys of others are left out."""
    numbers: dict[str, list[int]] = {"account": [], "token": []}
    for key in set(keys):
        kind, _, number = key.partition(":")
        if kind in numbers and number.isdecimal():
            numbers[kind].append(int(number))
    found: dict[str, str] = {}
    for kind, table in (("account", Account), ("token", ApiToken)):
        if numbers[kind]:
            rows = await table.select(table.id, table.name).where(table.id.is_in(numbers[kind]))
            found |= {f"{kind}:{row['id']}": row["name"] for row in rows}
    return found
