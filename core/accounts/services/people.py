"""Accounts: made, invited, given roles, disabled."""

from collections.abc import Iterable

from core import clock, text
from core.accounts import queries, secrets
from core.accounts.errors import EmailTaken, LastAdmin, LinkUsed, TooHigh, WrongCredentials
from core.accounts.queries import Person
from core.accounts.roles import Actor, Role
from core.accounts.rules import password_fault
from core.accounts.services import links, second_factor, sessions
from core.accounts.tables import Account, AccountRole, RolePolicy
from core.audit.services import record
from core.config import settings
from core.db import transaction
from core.errors import FieldError, InvalidInput
from core.i18n import DEFAULT, LOCALES, Locale
from core.mail.services import compose, enqueue

#: Whoever may give these can take over everything.
_HIGH = frozenset({Role.admin, Role.signing})


def locale_of(name: str) -> Locale:
    return next((locale for locale in LOCALES if locale == name), DEFAULT)


def clean_email(typed: str) -> str:
    """:raises InvalidInput: at the field ``email``."""
    try:
        return text.email(typed).lower()
    except text.Fault as fault:
        raise InvalidInput(errors=(FieldError("email", fault.code, fault.message),)) from fault


def check_password(password: str, *about: str, field: str = "password") -> None:
    """:raises InvalidInput: at ``field``."""
    if fault := password_fault(password, *about):
        raise InvalidInput(errors=(FieldError(field, *fault),))


def check_height(actor: Actor, roles: Iterable[Role]) -> None:
    if _HIGH & set(roles) and Role.admin not in actor.roles:
        raise TooHigh


async def create(
    actor: Actor, email: str, name: str, roles: Iterable[Role], *, password: str = "", locale: Locale = DEFAULT
) -> int:
    """Answers the account's id. Without a password only a link lets the person in.

    :raises EmailTaken: 409. :raises InvalidInput: 422.
    """
    roles = frozenset(roles)
    check_height(actor, roles)
    email = clean_email(email)
    name = text.line(name)[:100] or email.partition("@")[0]
    if password:
        check_password(password, email, name)
    hashed = await secrets.hash_password(password) if password else ""
    async with transaction():
        made = await Account.insert(
            Account(email=email, name=name, locale=locale, password_hash=hashed, created_at=clock.now())
        ).on_conflict(target=Account.email, action="DO NOTHING")
        if not made or made[0].get("id") is None:
            raise EmailTaken
        account: int = made[0]["id"]
        if roles:
            await AccountRole.insert(*(AccountRole(account=account, role=role.value) for role in sorted(roles)))
        await record(
            actor,
            "account.created",
            f"account:{account}",
            after={"roles": sorted(roles)},
            personal={"email": email, "name": name},
        )
    return account


async def invite(actor: Actor, account: int, *, mail: bool = True) -> str:
    """Mails an invitation and answers its link, for people without mail. Once a password was chosen, the link goes
    by mail alone and the answer is empty: nobody takes over the account of a colleague."""
    who = await queries.person(account)
    check_height(actor, who.roles)
    mail = mail or who.has_password
    token = links.fresh()
    link = f"{settings().public_url}/invite/{token}"
    message = compose("invitation", locale_of(who.locale), name=who.name, link=link)
    async with transaction():
        await links.make("invite", account, token)
        await record(actor, "account.invited", f"account:{account}", after={"mailed": mail})
        if mail:
            await enqueue(who.email, message, to_name=who.name)
    return "" if who.has_password else link


async def set_roles(actor: Actor, account: int, roles: Iterable[Role]) -> None:
    """Takes effect at the next request. :raises LastAdmin: 409."""
    roles = frozenset(roles)
    async with transaction():
        # Touched first, so that two who change the same roles at once wait for each other here.
        await Account.update({Account.name: Account.name}).where(Account.id == account)
        before = frozenset((await queries.person(account)).roles)
        check_height(actor, before ^ roles)
        await _keep_an_admin(account, leaving=Role.admin in before - roles)
        await AccountRole.delete().where(AccountRole.account == account)
        if roles:
            await AccountRole.insert(*(AccountRole(account=account, role=role.value) for role in sorted(roles)))
        await record(
            actor,
            "account.roles_changed",
            f"account:{account}",
            before={"roles": sorted(before)},
            after={"roles": sorted(roles)},
        )
    await second_factor.limit_sessions()


async def _keep_an_admin(account: int, *, leaving: bool) -> None:
    if not leaving:
        return
    # Touched first, so that two who leave at once wait for each other here.
    await AccountRole.update({AccountRole.role: Role.admin.value}).where(AccountRole.role == Role.admin.value)
    holders = await AccountRole.select(AccountRole.account).where(AccountRole.role == Role.admin.value)
    others = [row["account"] for row in holders if row["account"] != account]
    if not await Account.exists().where(Account.id.is_in(others or [0]), Account.disabled.eq(False)):
        raise LastAdmin


async def set_disabled(actor: Actor, account: int, *, disabled: bool) -> None:
    """A disabled account is signed out everywhere and can't come back until it is enabled."""
    who = await queries.person(account)
    check_height(actor, who.roles)
    async with transaction():
        await _keep_an_admin(account, leaving=disabled and Role.admin in who.roles)
        await Account.update({Account.disabled: disabled}).where(Account.id == account)
        if disabled:
            await sessions.end_all(account)
            await links.void(account)
        await record(actor, "account.disabled" if disabled else "account.enabled", f"account:{account}")


async def change_profile(actor: Actor, account: int, *, name: str, locale: Locale) -> None:
    clean = text.line(name)[:100]
    if not clean:
        raise InvalidInput(errors=(FieldError("name", "required", "Please fill this in."),))
    async with transaction():
        await Account.update({Account.name: clean, Account.locale: locale}).where(Account.id == account)
        await record(actor, "account.profile_changed", f"account:{account}", personal={"name": clean})


async def _store_password(
    actor: Actor,
    who: Person,
    password: str,
    *,
    action: str,
    keep_session: str = "",
    by_link: tuple[links.Purpose, str] | None = None,
) -> None:
    """With a link, using it up and storing the password happen together or not at all. Other open links end."""
    check_password(password, who.email, who.name)
    hashed = await secrets.hash_password(password)
    message = compose("password_changed", locale_of(who.locale), name=who.name)
    async with transaction():
        if by_link is not None:
            await links.use(*by_link)
        await links.void(who.id)
        await Account.update({Account.password_hash: hashed}).where(Account.id == who.id)
        await sessions.end_all(who.id, but=keep_session)
        await record(actor, action, f"account:{who.id}")
        await enqueue(who.email, message, to_name=who.name)


async def change_password(actor: Actor, account: int, *, current: str, new: str, session: str) -> None:
    """Ends the person's other sessions. :raises WrongCredentials: the current one is not right."""
    who = await queries.person(account)
    stored = await Account.select(Account.password_hash).where(Account.id == account).first()
    if who.has_password:
        fits, _ = await secrets.verify_password(stored["password_hash"] if stored else "", current)
        if not fits:
            raise WrongCredentials
    await _store_password(actor, who, new, keep_session=session, action="password.changed")


async def set_password_by_link(purpose: links.Purpose, token: str, password: str) -> int:
    """Of an invitation or a reset: chooses a password, ends all sessions, answers the account."""
    found = await links.peek(purpose, token)
    assert found.account is not None
    who = await queries.person(found.account)
    if who.disabled:
        raise LinkUsed
    actor = Actor("account", who.id, who.name)
    await _store_password(actor, who, password, action=f"password.set_by_{purpose}", by_link=(purpose, token))
    return who.id


# ── the first account ──


async def setup_link() -> str | None:
    """The address where the first administrator is made; None when somebody has an account already."""
    if await queries.anybody():
        return None
    return f"{settings().public_url}/setup/{await links.make('setup', None)}"


async def set_up(token: str, email: str, name: str, password: str) -> int:
    """Makes the first administrator. Of two at once one wins. :raises LinkUsed: for all others."""
    await links.peek("setup", token)
    check_password(password, email, name)
    actor = Actor("system", None, "setup", frozenset({Role.admin}))
    email = clean_email(email)
    hashed = await secrets.hash_password(password)
    async with transaction():
        await links.use("setup", token)
        # One row that all who set up write first: whoever comes second waits, and then sees the account.
        await RolePolicy.insert(RolePolicy(role=Role.admin.value)).on_conflict(
            target=RolePolicy.role, action="DO UPDATE", values=[RolePolicy.role]
        )
        if await queries.anybody():
            raise LinkUsed
        account = await create(actor, email, name, [Role.admin])
        await Account.update({Account.password_hash: hashed}).where(Account.id == account)
    return account
