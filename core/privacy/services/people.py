"""What is held about a person, and its erasure."""

import asyncio
import re
from typing import Any

import msgspec
from piccolo.table import Table

from core import text
from core.accounts.roles import Actor
from core.accounts.tables import Account, AccountRole
from core.audit import services as audit
from core.audit.tables import AuditEntry
from core.db import transaction
from core.errors import FieldError, InvalidInput, NotFound
from core.i18n import mark
from core.privacy.registry import ERASED, LAST, Holding, Scope, apps, holdings, is_erased
from core.search import contains

#: Rows of one write.
PORTION = 200
#: Roles of the house, whose accounts an edition does not take with it.
_EXHIBITOR = "exhibitor"

Rows = dict[str, list[dict[str, Any]]]


class Erased(msgspec.Struct):
    """How many rows of which table."""

    counts: dict[str, int]


class AskedForNobody(InvalidInput):
    def __init__(self) -> None:
        super().__init__(
            errors=(FieldError("email", "required", mark("Please give an e-mail address or a mobile number.")),)
        )


def _reason(typed: str, scope: Scope) -> str:
    """It stays in the trail for good, so it may not name whom it is about."""
    said = text.line(typed)[:200]
    if not said:
        raise InvalidInput(errors=(FieldError("reason", "required", mark("Please say why: it stays in the trail.")),))
    if pattern_of([*_words(scope), *_near_words(scope)]).search(said):
        message = mark("The reason stays for good: write it without the person's name, number and address.")
        raise InvalidInput(errors=(FieldError("reason", "personal", message),))
    return said


async def widened(scope: Scope) -> Scope:
    for _ in range(2):  # what accounts know helps to find badges
        for app in apps():
            if app.widen is not None:
                await app.widen(scope)
    return scope


async def person(email: str, mobile: str) -> Scope:
    """:raises InvalidInput: neither was given, or one of them is none."""
    faults: list[FieldError] = []
    scope = Scope()
    for field, typed, read, found in (
        ("email", email, lambda given: text.email(given).lower(), scope.emails),
        ("mobile", mobile, text.phone, scope.mobiles),
    ):
        try:
            if typed.strip():
                found.add(read(typed))
        except text.Fault as fault:
            faults.append(FieldError(field, fault.code, fault.message))
    if faults:
        raise InvalidInput(errors=tuple(faults))
    if not scope.emails and not scope.mobiles:
        raise AskedForNobody
    return await widened(scope)


async def own(account: int) -> Scope:
    """By the account's address alone: a number is only what somebody typed."""
    row = await Account.select(Account.email).where(Account.id == account).first()
    if row is None:
        raise NotFound
    return await widened(Scope(emails={row["email"]}, accounts={account}))


# ── finding ──


def _held(holding: Holding, row: dict[str, Any]) -> bool:
    if holding.delete or not holding.columns:
        return True
    return any(
        row[name] != value and not (isinstance(row[name], str) and is_erased(row[name]))
        for name, value in holding.columns.items()
    )


def _key(table: type[Table]) -> Any:
    return table._meta.primary_key


async def rows(holding: Holding, scope: Scope) -> dict[int, dict[str, Any]]:
    """Of this person, or of these exhibitors, and not erased yet."""
    key = _key(holding.table)
    wanted = [key, *(holding.column(name) for name in dict.fromkeys([*holding.shown, *holding.columns]))]
    found: dict[int, dict[str, Any]] = {}
    for condition in holding.find(scope):
        for row in await holding.table.select(*wanted).where(condition):
            if _held(holding, row):
                found[row[key._meta.name]] = row
    return found


async def held(scope: Scope) -> Rows:
    """Everything, but for what must not be shown even to its owner: hashes and secrets."""
    out: Rows = {}
    for holding in holdings():
        if found := await rows(holding, scope):
            secret = {"password_hash", "totp_secret"}
            out[holding.name] = [
                {name: value for name, value in row.items() if name not in secret} for row in found.values()
            ]
    about, by = await audit.beside(sorted(scope.objects), scope.keys)
    entries = sorted({*about, *by})
    trail: list[dict[str, Any]] = []
    for at in range(0, len(entries), 500):
        some = await AuditEntry.select(
            AuditEntry.id, AuditEntry.at, AuditEntry.action, AuditEntry.object, AuditEntry.personal, AuditEntry.actor
        ).where(AuditEntry.id.is_in(entries[at : at + 500]))
        for row in some:
            # What was done to others is theirs.
            own = row["object"] in scope.objects
            personal = row.pop("personal")
            trail.append({**row, "personal": msgspec.json.decode(personal) if own and personal else None})
    if trail:
        out["audit_entry"] = trail
    return out


async def exported(actor: Actor, scope: Scope, reason: str, *, own: bool = False) -> Rows:
    """What is held, and in the trail that it was given out. Whoever asks for its own needs no reason."""
    said = "" if own else _reason(reason, scope)
    found = await held(scope)
    subject = scope.keys[0] if scope.keys else "person"
    after = {"rows": {name: len(lines) for name, lines in found.items()}}
    async with transaction():
        await audit.record(actor, "privacy.exported", subject, after=after, note=said)
    return found


# ── erasing ──


def _words(scope: Scope) -> list[str]:
    """What can mean nobody else, wherever it stands."""
    national = [mobile[3:] for mobile in scope.mobiles if mobile.startswith("+86")]
    return [*sorted(scope.emails), *sorted(scope.mobiles), *sorted(national)]


def _near_words(scope: Scope) -> list[str]:
    """What means this person in rows that lead to it."""
    national = [name[3:] for name in scope.names if re.fullmatch(r"\+86\d+", name)]
    return [name for name in [*sorted(scope.names), *national] if len(name) > 1 and name != ERASED]


def pattern_of(words: list[str]) -> re.Pattern[str]:
    """A longer address or number that ends or begins with one of them is somebody else's."""
    parts = []
    for word in sorted(words, key=len, reverse=True):
        plain = re.escape(word)
        edge = bool(re.fullmatch(r"[\x21-\x7e]+", word))
        parts.append(rf"(?<![\w.+-]){plain}(?![\w-])" if edge else plain)
    return re.compile("|".join(parts) or r"(?!)", re.IGNORECASE)


async def _write(holding: Holding, ids: list[int]) -> None:
    key = _key(holding.table)
    for at in range(0, len(ids), PORTION):
        some = ids[at : at + PORTION]
        async with transaction():
            if holding.erase is not None:
                await holding.erase(some, holding.columns)
            elif holding.delete:
                await holding.table.delete().where(key.is_in(some))
            else:
                await holding.table.update(dict(holding.columns)).where(key.is_in(some))
        await asyncio.sleep(0)


async def _sweep(holding: Holding, words: list[str], conditions: list[Any] | None) -> int:
    """Takes the words out of every text of the table, or of the rows that meet one of the conditions."""
    kept = () if holding.name in LAST else (n for n, v in holding.columns.items() if isinstance(v, str))
    names = list(dict.fromkeys([*holding.texts, *kept]))
    key, pattern = _key(holding.table), pattern_of(words)
    own = key._meta.name
    todo: dict[int, dict[Any, str]] = {}
    for name in names:
        column = holding.column(name)
        for word in words:
            for extra in conditions if conditions is not None else [None]:
                asked = holding.table.select(key, column).where(contains(column, word))
                for row in await (asked if extra is None else asked.where(extra)):
                    swept = pattern.sub(ERASED, row[name])
                    if swept != row[name]:
                        longest = getattr(column, "length", None)
                        todo.setdefault(row[own], {})[name] = swept[:longest] if longest else swept
    ids = list(todo)
    for at in range(0, len(ids), PORTION):
        async with transaction():
            for number in ids[at : at + PORTION]:
                await holding.table.update(dict(todo[number])).where(key == number)
    return len(ids)


async def erase_rows(some: list[Holding], scope: Scope, counts: dict[str, int]) -> None:
    for holding in some:
        if ids := list(await rows(holding, scope)):
            counts[holding.name] = counts.get(holding.name, 0) + len(ids)
            await _write(holding, ids)


async def preview(scope: Scope) -> dict[str, int]:
    counts = {name: len(lines) for name, lines in (await held(scope)).items()}
    return dict(sorted(counts.items()))


async def erase(actor: Actor, scope: Scope, reason: str) -> Erased:
    """Begun again after an interruption it goes on: accounts and contacts, by which the rest is found, go last.

    :raises InvalidInput: without a reason, or with one that names the person. :raises NotFound: nothing is held.
    """
    said = _reason(reason, scope)
    await _keep_an_admin(scope)
    about, by = await audit.beside(sorted(scope.objects), scope.keys, _words(scope))
    for number in sorted(scope.accounts):
        mine = await AuditEntry.select(AuditEntry.id).where(
            AuditEntry.personal.is_not_null(),
            # A message of its own stands under the firm's number, and so does that it was let in.
            (AuditEntry.actor == f"account:{number}") & AuditEntry.action.like("exhibitor.%")
            | AuditEntry.after.is_in([f'{{"account":{number}}}', f'{{"account":"account:{number}"}}']),
        )
        about = sorted({*about, *(row["id"] for row in mine)})
    counts: dict[str, int] = {}
    subject = scope.keys[0] if scope.keys else "person"
    last = [holding for holding in holdings() if holding.name in LAST]
    rest = [holding for holding in holdings() if holding.name not in LAST]
    await erase_rows(rest, scope, counts)
    for holding in holdings():
        swept = await _sweep(holding, _words(scope), None)
        if near := list(holding.near(scope)):
            swept += await _sweep(holding, _near_words(scope), near)
        if swept:
            counts[holding.name] = counts.get(holding.name, 0) + swept
    number = await audit.erase_beside(actor, subject, about, by, note=said)
    await erase_rows(last, scope, counts)
    if number:
        counts["audit_entry"] = number
    if not counts:
        raise NotFound
    async with transaction():
        await audit.record(actor, "privacy.erased", subject, after={"rows": counts}, note=said)
    return Erased(counts)


async def _keep_an_admin(scope: Scope) -> None:
    """Whoever may do this in the house is first taken its role: an erasure is no way to leave nobody."""
    if not scope.accounts:
        return
    roles = await AccountRole.select(AccountRole.role).where(AccountRole.account.is_in(sorted(scope.accounts)))
    if any(row["role"] != _EXHIBITOR for row in roles):
        raise InvalidInput(
            errors=(
                FieldError(
                    "reason",
                    "has_roles",
                    mark("This person works in the desk. Take the roles from the account first, then erase."),
                ),
            )
        )
