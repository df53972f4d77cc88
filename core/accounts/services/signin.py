"""Signing in: by password or by a link, then by a code where there is a second factor."""

import msgspec

from core.accounts import queries, secrets
from core.accounts.errors import WrongCode, WrongCredentials
from core.accounts.roles import Actor
from core.accounts.services import links, people, second_factor, sessions, throttle
from core.accounts.tables import Account
from core.audit.services import record
from core.config import settings
from core.db import transaction
from core.errors import NotFound
from core.mail.services import compose, enqueue


class From(msgspec.Struct, frozen=True):
    """Where a try comes from. ``device`` is the account that signed in on this browser before, as text."""

    address: str
    user_agent: str
    device: str = ""
    session: str = ""


class Entered(msgspec.Struct, frozen=True):
    """``session`` is the new cookie; or ``second_step`` the token that the code is to be brought with."""

    account: int
    session: str = ""
    second_step: str = ""


async def _enter(account: int, where: From, *, how: str) -> Entered:
    row = (
        await Account.select(Account.name, Account.totp_confirmed, Account.disabled)
        .where(Account.id == account)
        .first()
    )
    if row is None or row["disabled"]:
        raise WrongCredentials
    if row["totp_confirmed"]:
        return Entered(account, second_step=await links.make("second_step", account))
    return await _start(account, row["name"], where, how=how)


async def _start(account: int, name: str, where: From, *, how: str) -> Entered:
    async with transaction():
        token = await sessions.start(
            account, user_agent=where.user_agent, address=where.address, replaces=where.session
        )
        await record(Actor("account", account, name), "session.started", f"account:{account}", after={"by": how})
    return Entered(account, session=token)


async def by_password(email: str, password: str, where: From) -> Entered:
    """Takes as long for an unknown address as for a known one.

    :raises WrongCredentials: 422, whatever was wrong. :raises TooManyTries: 429.
    """
    email = email.strip().lower()[:254]
    row = (
        await Account.select(Account.id, Account.password_hash, Account.disabled).where(Account.email == email).first()
    )
    device = where.device if row and where.device == str(row["id"]) else ""
    await throttle.check(email, where.address, device)
    fits, outdated = await secrets.verify_password(row["password_hash"] if row else "", password)
    if row is None or not fits or row["disabled"]:
        await throttle.failed(email, where.address, device)
        raise WrongCredentials
    if outdated:
        fresh = await secrets.hash_password(password)
        async with transaction():
            await Account.update({Account.password_hash: fresh}).where(Account.id == row["id"])
    entered = await _enter(row["id"], where, how="password")
    if throttle.is_on():
        async with transaction():
            await throttle.succeeded(email, device)
    return entered


async def by_code(step: str, code: str, where: From) -> Entered:
    """The second step. :raises WrongCode: 422. :raises LinkUsed: 410, begin again. :raises TooManyTries: 429."""
    found = await links.peek("second_step", step)
    assert found.account is not None
    key = f"second {found.account}"
    await throttle.check(key, where.address, where.device)
    try:
        await second_factor.check_either(found.account, code)
    except WrongCode:
        await throttle.failed(key, where.address, where.device)
        raise
    who = await queries.person(found.account)
    async with transaction():
        await links.use("second_step", step)
        if throttle.is_on():
            await throttle.succeeded(key, where.device)
        return await _start(found.account, who.name, where, how="second factor")


async def by_link(token: str, where: From) -> Entered:
    """The button behind a link from a mail."""
    async with transaction():
        account = await links.use("sign_in", token)
        assert account is not None
        return await _enter(account, where, how="link")


async def after_link(account: int, where: From, *, how: str) -> Entered:
    """Once a link has proved who it is: straight in, or to the second step."""
    return await _enter(account, where, how=how)


async def mail_link(email: str, purpose: links.Purpose) -> None:
    """Mails a link for signing in or a new password. To whoever asks, it looks the same when there is no account."""
    try:
        who = await queries.person_by_email(people.clean_email(email))
    except NotFound:
        return
    if who.disabled:
        return
    kind: links.Purpose = "reset" if purpose == "reset" else "sign_in"
    token = links.fresh()
    link = f"{settings().public_url}/{'reset' if kind == 'reset' else 'enter'}/{token}"
    message = compose(kind, people.locale_of(who.locale), name=who.name, link=link)
    async with transaction():
        await links.make(kind, who.id, token)
        await record(Actor("account", who.id, who.name), f"link.{kind}", f"account:{who.id}")
        await enqueue(who.email, message, to_name=who.name)


async def sign_out(actor: Actor, session: str) -> None:
    async with transaction():
        await sessions.end(session)
        await record(actor, "session.ended", actor.key)
