"""Links that work once. Only their hash is stored; opening one shows a button and uses nothing up."""

from datetime import datetime, timedelta
from typing import Literal

import msgspec

from core import clock
from core.accounts.errors import LinkUsed
from core.accounts.rules import LINK_LIFE
from core.accounts.secrets import digest, new_token
from core.accounts.tables import OneTimeLink
from core.db import transaction

Purpose = Literal["invite", "reset", "sign_in", "second_step", "setup"]


class Link(msgspec.Struct, frozen=True):
    id: int
    account: int | None


def fresh() -> str:
    return new_token()


async def make(purpose: Purpose, account: int | None, token: str = "") -> str:
    """The token of a new link. Older invitations and set-up links stop working; older ones that anybody can ask for
    do not, or a stranger who keeps asking would spoil each before its owner opens it.

    A mail that carries it is composed before its transaction: then ``token`` comes from :func:`fresh`.
    """
    now = clock.now()
    token = token or fresh()
    async with transaction():
        if purpose in ("invite", "setup"):
            older = OneTimeLink.delete().where(OneTimeLink.purpose == purpose, OneTimeLink.used_at.is_null())
            await older.where(OneTimeLink.account.is_null() if account is None else OneTimeLink.account == account)
        await OneTimeLink.insert(
            OneTimeLink(
                purpose=purpose,
                token_hash=digest(token),
                account=account,
                created_at=now,
                expires_at=now + LINK_LIFE[purpose],
            )
        )
    return token


async def peek(purpose: Purpose, token: str) -> Link:
    """:raises LinkUsed: unknown, used or run out."""
    row = await OneTimeLink.select(OneTimeLink.id, OneTimeLink.account).where(_works(purpose, token)).first()
    if row is None:
        raise LinkUsed
    return Link(row["id"], row["account"])


def _works(purpose: Purpose, token: str):  # type: ignore[no-untyped-def]  # Piccolo's own combination of conditions
    return (
        (OneTimeLink.token_hash == digest(token))
        & (OneTimeLink.purpose == purpose)
        & OneTimeLink.used_at.is_null()
        & (OneTimeLink.expires_at > clock.now())
    )


async def use(purpose: Purpose, token: str) -> int | None:
    """Uses it up, inside a transaction; answers its account. Of two at once one wins.

    :raises LinkUsed: for the other, and as :func:`peek`.
    """
    rows = (
        await OneTimeLink.update({OneTimeLink.used_at: clock.now()})
        .where(_works(purpose, token))
        .returning(OneTimeLink.account)
    )
    if not rows:
        raise LinkUsed
    account: int | None = rows[0]["account"]
    return account


async def made_since(purpose: Purpose, account: int, since: datetime) -> int:
    return int(
        await OneTimeLink.count().where(
            OneTimeLink.purpose == purpose, OneTimeLink.account == account, OneTimeLink.created_at > since
        )
    )


async def void(account: int) -> None:
    """All that are still open, when a password changes or an account is disabled."""
    async with transaction():
        await OneTimeLink.update({OneTimeLink.used_at: clock.now()}).where(
            OneTimeLink.account == account, OneTimeLink.used_at.is_null()
        )


async def purge() -> None:
    """Those of the last hour stay: they are counted."""
    now = clock.now()
    async with transaction():
        await OneTimeLink.delete().where(
            OneTimeLink.expires_at < now, OneTimeLink.created_at < now - timedelta(hours=1)
        )
