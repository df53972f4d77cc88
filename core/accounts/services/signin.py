"""Signing in: by password or by a link, then by a code where there is a second factor."""

from datetime import timedelta
from typing import Any

import msgspec

from core import clock
from core.accounts import queries, secrets
from core.accounts.errors import TooManyTries, WrongCode, WrongCredentials
from core.accounts.roles import Actor
from core.accounts.rules import LINKS_AN_HOUR
from core.accounts.services import failures, links, people, second_factor, sessions, throttle
from core.accounts.tables import Account
from core.audit.services import record
from core.config import settings
from core.db import transaction
from core.errors import NotFound
from core.jobs import JobContext, job
from core.jobs.services import enqueue_job
from core.mail.services import Message, compose, enqueue

HOUR = timedelta(hours=1)


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


async def _enter(account: int, where: From, *, how: str, link: str = "") -> Entered:
    """Straight in, or to the second step; uses up the ``link`` that led here."""
    who = await queries.person(account)
    if who.disabled:
        raise WrongCredentials
    notice = None if who.has_second_factor else _notice(who, where, how)
    async with transaction():
        if link:
            await links.use("sign_in", link)
        if who.has_second_factor:
            return Entered(account, second_step=await links.make("second_step", account))
        return await _start(who, where, how=how, notice=notice)


#: Who comes by these has just been mailed, or is the first of all.
_EXPECTED = frozenset({"invite", "reset", "setup"})


def _notice(who: queries.Person, where: From, how: str) -> Message | None:
    """To the person, when somebody signs in from a browser where it did not before."""
    if where.device == str(who.id) or how in _EXPECTED:
        return None
    device = queries.device_name(where.user_agent)
    return compose("new_sign_in", people.locale_of(who.locale), name=who.name, device=device)


async def _start(who: queries.Person, where: From, *, how: str, notice: Message | None) -> Entered:
    async with transaction():
        token = await sessions.start(who.id, user_agent=where.user_agent, address=where.address, replaces=where.session)
        await record(Actor("account", who.id, who.name), "session.started", f"account:{who.id}", after={"by": how})
        if notice is not None:
            await enqueue(who.email, notice, to_name=who.name)
    return Entered(who.id, session=token)


async def by_password(email: str, password: str, where: From) -> Entered:
    """Takes as long for an unknown address as for a known one.

    :raises WrongCredentials: 422, whatever was wrong. :raises TooManyTries: 429.
    """
    email = email.strip().lower()[:254]
    row = (
        await Account.select(Account.id, Account.password_hash, Account.disabled).where(Account.email == email).first()
    )
    account = row["id"] if row else None
    device = where.device if where.device == str(account) else ""
    try:
        await throttle.begin(email, where.address, device)
    except TooManyTries:
        await failures.note("session.throttled", account, email, by="password", address=where.address)
        raise
    fits, outdated = await secrets.verify_password(row["password_hash"] if row else "", password)
    if row is None or not fits or row["disabled"]:
        await throttle.failed(where.address, device)
        await failures.note("session.failed", account, email, by="password", address=where.address)
        raise WrongCredentials
    if outdated:
        fresh = await secrets.hash_password(password)
        async with transaction():
            await Account.update({Account.password_hash: fresh}).where(Account.id == row["id"])
    entered = await _enter(row["id"], where, how="password")
    await throttle.succeeded(email, device)
    return entered


async def by_code(step: str, code: str, where: From) -> Entered:
    """The second step. :raises WrongCode: 422. :raises LinkUsed: 410, begin again. :raises TooManyTries: 429."""
    found = await links.peek("second_step", step)
    assert found.account is not None
    key = f"second {found.account}"
    device = where.device if where.device == str(found.account) else ""
    try:
        await throttle.begin(key, where.address, device)
        await second_factor.check_either(found.account, code)
    except TooManyTries:
        await failures.note("session.throttled", found.account, "", by="second factor", address=where.address)
        raise
    except WrongCode:
        await throttle.failed(where.address, device)
        await failures.note("session.failed", found.account, "", by="second factor", address=where.address)
        raise
    who = await queries.person(found.account)
    notice = _notice(who, where, "second factor")
    async with transaction():
        await links.use("second_step", step)
        await throttle.succeeded(key, device)
        return await _start(who, where, how="second factor", notice=notice)


async def by_link(token: str, where: From) -> Entered:
    """The button behind a link from a mail."""
    found = await links.peek("sign_in", token)
    assert found.account is not None
    return await _enter(found.account, where, how="link", link=token)


async def after_link(account: int, where: From, *, how: str) -> Entered:
    """Once a link has proved who it is: straight in, or to the second step."""
    return await _enter(account, where, how=how)


async def mail_link(email: str, purpose: links.Purpose) -> None:
    """Has a link for signing in or a new password mailed. To whoever asks, it looks the same when there is no account
    and takes as long: the work is done behind the answer."""
    email = people.clean_email(email)
    row = await Account.select(Account.id).where(Account.email == email).first()
    kind = "reset" if purpose == "reset" else "sign_in"
    async with transaction():
        await enqueue_job("accounts.link", {"account": row["id"] if row else 0, "purpose": kind})


@job("accounts.link")
async def mail_link_now(ctx: JobContext, payload: dict[str, Any]) -> None:
    try:
        who = await queries.person(int(payload["account"]))
    except NotFound:
        return
    kind: links.Purpose = "reset" if payload["purpose"] == "reset" else "sign_in"
    if who.disabled:
        return
    if throttle.is_on() and await links.made_since(kind, who.id, clock.now() - HOUR) >= LINKS_AN_HOUR:
        return
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
