"""The second factor: time-based codes (RFC 6238) and ten recovery codes."""

import secrets as randomness
import unicodedata

import pyotp

from core import clock
from core.accounts import queries, secrets
from core.accounts.errors import WrongCode
from core.accounts.roles import Actor, Role
from core.accounts.tables import Account, AccountRole, AccountSession, RecoveryCode, RolePolicy
from core.audit.services import record
from core.db import transaction
from core.errors import Forbidden
from core.i18n import DEFAULT, LOCALES
from core.mail.services import compose, enqueue

_STEP = 30
#: Without letters that look alike.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
CODES = 10


async def begin(account: int) -> tuple[str, str]:
    """A new secret, not in force until confirmed: base32, and the address for an authenticator's QR code."""
    row = (
        await Account.select(Account.email, Account.totp_secret, Account.totp_confirmed)
        .where(Account.id == account)
        .first()
    )
    if row is None or row["totp_confirmed"]:
        raise Forbidden
    secret = secrets.unseal(row["totp_secret"]) if row["totp_secret"] else None
    if secret is None:
        secret = pyotp.random_base32()
        async with transaction():
            await Account.update({Account.totp_secret: secrets.seal(secret)}).where(
                Account.id == account, Account.totp_confirmed.eq(False)
            )
    return secret, pyotp.TOTP(secret).provisioning_uri(name=row["email"], issuer_name="Yinbo")


async def check(account: int, code: str) -> None:
    """Uses a code up. One step early or late is fine; the same code never counts twice.

    :raises WrongCode: also for a replay.
    """
    row = await Account.select(Account.totp_secret).where(Account.id == account).first()
    secret = secrets.unseal(row["totp_secret"]) if row and row["totp_secret"] else None
    digits = "".join(ch for ch in unicodedata.normalize("NFKC", code) if ch in "0123456789")
    if secret is None or len(digits) != 6:
        raise WrongCode
    totp, current = pyotp.TOTP(secret), int(clock.now().timestamp()) // _STEP
    for step in (current, current - 1, current + 1):
        if randomness.compare_digest(totp.at(step * _STEP), digits):
            async with transaction():
                won = (
                    await Account.update({Account.totp_step: step})
                    .where(Account.id == account, Account.totp_step < step)
                    .returning(Account.id)
                )
            if won:
                return
            break
    raise WrongCode


async def check_either(account: int, code: str) -> None:
    """A code of the authenticator, or a recovery code, which is used up."""
    plain = "".join(ch for ch in unicodedata.normalize("NFKC", code).casefold() if ch.isalnum())
    if len(plain) != 10:
        await check(account, code)
        return
    async with transaction():
        won = (
            await RecoveryCode.update({RecoveryCode.used_at: clock.now()})
            .where(
                RecoveryCode.account == account,
                RecoveryCode.code_hash == secrets.keyed(plain),
                RecoveryCode.used_at.is_null(),
            )
            .returning(RecoveryCode.id)
        )
    if not won:
        raise WrongCode


async def confirm(actor: Actor, account: int, code: str) -> list[str]:
    """Puts it in force; answers the recovery codes, shown once."""
    await check(account, code)
    async with transaction():
        await Account.update({Account.totp_confirmed: True}).where(Account.id == account)
        codes = await _new_codes(account)
        await record(actor, "second_factor.added", f"account:{account}")
    return codes


async def _new_codes(account: int) -> list[str]:
    codes = ["".join(randomness.choice(_LETTERS) for _ in range(10)) for _ in range(CODES)]
    await RecoveryCode.delete().where(RecoveryCode.account == account)
    await RecoveryCode.insert(*(RecoveryCode(account=account, code_hash=secrets.keyed(code)) for code in codes))
    return [f"{code[:5]}-{code[5:]}" for code in codes]


async def renew_codes(actor: Actor, account: int) -> list[str]:
    async with transaction():
        codes = await _new_codes(account)
        await record(actor, "recovery_codes.renewed", f"account:{account}")
    return codes


async def remove(actor: Actor, account: int) -> None:
    """Tells the person; where its role demands one, it is led to set up a new one."""
    who = await queries.person(account)
    locale = next((locale for locale in LOCALES if locale == who.locale), DEFAULT)
    message = compose("second_factor_removed", locale, name=who.name)
    async with transaction():
        await Account.update({Account.totp_secret: "", Account.totp_confirmed: False, Account.totp_step: 0}).where(
            Account.id == account
        )
        await RecoveryCode.delete().where(RecoveryCode.account == account)
        await record(actor, "second_factor.removed", f"account:{account}")
        await enqueue(who.email, message, to_name=who.name)
    await limit_sessions()


async def set_policy(actor: Actor, demanding: frozenset[Role]) -> None:
    """Which roles must have a second factor. Sessions without one are limited at once."""
    async with transaction():
        before = sorted(row["role"] for row in await RolePolicy.select().where(RolePolicy.totp_required.eq(True)))
        for role in Role:
            await RolePolicy.insert(RolePolicy(role=role.value, totp_required=role in demanding)).on_conflict(
                target=RolePolicy.role, action="DO UPDATE", values=[RolePolicy.totp_required]
            )
        await record(
            actor,
            "policy.changed",
            "policy:second_factor",
            before={"roles": before},
            after={"roles": sorted(demanding)},
        )
    await limit_sessions()


async def limit_sessions() -> None:
    """Limits the sessions of whoever must have a second factor and has none, and frees those of whom no role demands
    one any more. One that was begun without a factor set up since elsewhere stays limited."""
    async with transaction():
        rows = await RolePolicy.select(RolePolicy.role).where(RolePolicy.totp_required.eq(True))
        held = await AccountRole.select(AccountRole.account).where(
            AccountRole.role.is_in([row["role"] for row in rows] or [""])
        )
        await AccountSession.update({AccountSession.limited: False}).where(
            AccountSession.limited.eq(True), AccountSession.account.not_in([row["account"] for row in held] or [0])
        )
        without = await Account.select(Account.id).where(
            Account.id.is_in([row["account"] for row in held] or [0]), Account.totp_confirmed.eq(False)
        )
        if without:
            await AccountSession.update({AccountSession.limited: True}).where(
                AccountSession.account.is_in([row["id"] for row in without])
            )
