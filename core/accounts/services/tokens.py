"""Tokens of programs: shown once, revoked for good. Each is a person of its own."""

import asyncio
from datetime import datetime, timedelta
from weakref import WeakKeyDictionary

from core import clock, text
from core.accounts import secrets
from core.accounts.errors import NameTaken, TooHigh
from core.accounts.queries import Program, forget_programs
from core.accounts.roles import Actor, Role
from core.accounts.tables import ApiToken
from core.audit.services import record
from core.db import after_commit, transaction
from core.errors import FieldError, InvalidInput, NotFound
from core.i18n import mark

#: Recognisable in a leak.
PREFIX = "yb_"
_SEEN_EVERY = timedelta(minutes=1)


async def add(actor: Actor, name: str, role: Role, *, checkpoint: str = "") -> str:
    """Answers the token, which nobody can read again. :raises NameTaken: 409."""
    if role in (Role.admin, Role.signing) and Role.admin not in actor.roles:
        raise TooHigh
    name = text.line(name)[:100]
    if not name:
        raise InvalidInput(errors=(FieldError("name", "required", mark("Please fill this in.")),))
    token = secrets.new_token(PREFIX)
    async with transaction():
        made = await ApiToken.insert(
            ApiToken(
                name=name,
                token_hash=secrets.digest(token),
                role=role.value,
                checkpoint=checkpoint.strip().upper()[:40],
                created_by=actor.key,
                created_at=clock.now(),
            )
        ).on_conflict(target=ApiToken.name, action="DO NOTHING")
        if not made or made[0].get("id") is None:
            raise NameTaken
        await record(actor, "token.added", f"token:{made[0]['id']}", after={"name": name, "role": role.value})
    return token


async def revoke(actor: Actor, name: str) -> None:
    """:raises NotFound: no such token in force."""
    async with transaction():
        gone = (
            await ApiToken.update({ApiToken.revoked_at: clock.now()})
            .where(ApiToken.name == name, ApiToken.revoked_at.is_null())
            .returning(ApiToken.id, ApiToken.role)
        )
        if not gone:
            raise NotFound
        if gone[0]["role"] in (Role.admin, Role.signing) and Role.admin not in actor.roles:
            raise TooHigh
        await record(actor, "token.revoked", f"token:{gone[0]['id']}")
        after_commit(forget_programs)


async def end(token: int) -> None:
    """Inside the transaction of what it belongs to, which says so in the trail. One that is revoked stays so."""
    await ApiToken.update({ApiToken.revoked_at: clock.now()}).where(ApiToken.id == token, ApiToken.revoked_at.is_null())
    after_commit(forget_programs)


async def bind(token: int, checkpoint: str) -> None:
    """To the one checkpoint that it scans for, or to none; inside the transaction that says why."""
    await ApiToken.update({ApiToken.checkpoint: checkpoint}).where(ApiToken.id == token)
    after_commit(forget_programs)


#: When this process noted it, by event loop: of many calls that come at once one does.
_noted: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[int | None, datetime]] = WeakKeyDictionary()


async def seen(program: Program) -> None:
    """Notes the use, at most once a minute."""
    now = clock.now()
    if program.last_used_at is not None and now - program.last_used_at < _SEEN_EVERY:
        return
    noted = _noted.setdefault(asyncio.get_running_loop(), {})
    before = noted.get(program.actor.id)
    if before is not None and now - before < _SEEN_EVERY:
        return
    noted[program.actor.id] = now
    async with transaction():
        await ApiToken.update({ApiToken.last_used_at: now}).where(ApiToken.id == program.actor.id)
