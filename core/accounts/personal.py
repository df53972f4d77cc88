"""Personal columns of accounts."""

from collections.abc import Sequence
from typing import Any

from core.accounts.tables import Account, AccountRole, AccountSession, OneTimeLink, RecoveryCode
from core.privacy.registry import ERASED, Holding, Scope, erased_email


def _of(column: Any) -> Any:
    def find(scope: Scope) -> Sequence[Any]:
        return [column.is_in(sorted(scope.accounts))] if scope.accounts else []

    return find


async def _disable(ids: list[int], values: dict[Any, object]) -> None:
    for number in ids:
        await Account.update({**values, "email": erased_email(number)}).where(Account.id == number)


async def widen(scope: Scope) -> None:
    """The accounts of the addresses and their names."""
    if scope.emails and not scope.whole:
        rows = await Account.select(Account.id).where(Account.email.is_in(sorted(scope.emails)))
        scope.accounts |= {row["id"] for row in rows}
    if scope.accounts:
        rows = await Account.select(Account.name).where(Account.id.is_in(sorted(scope.accounts)))
        scope.names |= {row["name"] for row in rows}
    scope.objects |= set(scope.keys)


HOLDINGS = [
    Holding(AccountSession, {"user_agent": "", "address": ""}, _of(AccountSession.account), delete=True),
    Holding(OneTimeLink, {}, _of(OneTimeLink.account), delete=True, shown=("purpose", "created_at")),
    Holding(RecoveryCode, {}, _of(RecoveryCode.account), delete=True),
    Holding(AccountRole, {}, _of(AccountRole.account), delete=True, shown=("role",)),
    Holding(
        Account,
        {"email": erased_email(0), "name": ERASED, "password_hash": "", "totp_secret": "", "disabled": True},
        _of(Account.id),
        erase=_disable,
        shown=("locale", "created_at"),
    ),
]
EXCEPTIONS = {
    "api_token.name": "a program's",
}
