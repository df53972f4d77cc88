"""Who may open the desk."""

from core import text
from core.accounts.queries import person_by_email
from core.accounts.roles import SYSTEM, Actor, Role
from core.accounts.services import links, people
from core.accounts.tables import AccountRole
from core.audit import services as audit
from core.config import settings
from core.db import transaction
from core.editions.queries import EditionInfo
from core.errors import FieldError, InvalidInput, NotFound
from core.i18n import Locale, mark
from core.mail.services import compose, enqueue
from exhibitors.queries import desk
from exhibitors.queries.applications import exhibitor_numbered
from exhibitors.rules.desk import AlreadyMember, LastMember
from exhibitors.services import members
from exhibitors.services.desk.said import subject
from exhibitors.tables import (
    Exhibitor,
    ExhibitorMember,
)

MOST_MEMBERS = 20


async def admit(exhibitor: int, account: int, by: str) -> bool:
    """Inside a transaction: lets an account into the desk, with the role that goes with it; False when it was in."""
    made = await members.add(exhibitor, account, by)
    has = await AccountRole.exists().where(AccountRole.account == account, AccountRole.role == Role.exhibitor.value)
    if not has:
        await AccountRole.insert(AccountRole(account=account, role=Role.exhibitor.value))
    return made


async def invite(actor: Actor, edition: EditionInfo, number: str, *, name: str, email: str, locale: Locale) -> None:
    """Lets a colleague in and mails a link. Whether the address had an account before, nobody is told.

    :raises InvalidInput: 422. :raises AlreadyMember: 409. :raises NotFound: no desk of this person's.
    """
    exhibitor = await desk.opened_by(actor, edition, number)
    detail = await exhibitor_numbered(edition, number)
    address = people.clean_email(email)
    if len(await desk.members(exhibitor)) >= MOST_MEMBERS:
        message = mark("Twenty people may use a desk. Please remove one first.")
        raise InvalidInput(errors=(FieldError("email", "too_many", message),))
    try:
        account = (await person_by_email(address)).id
    except NotFound:
        account = 0
    token = links.fresh()
    mail = compose(
        "colleague", locale, firm=detail.name, expo=edition.name(locale), link=f"{settings().public_url}/enter/{token}"
    )
    async with transaction():
        if not account:
            account = await people.create(SYSTEM, address, name, [Role.exhibitor], locale=locale)
        if not await admit(exhibitor, account, actor.key):
            raise AlreadyMember
        await links.make("sign_in", account, token)
        await audit.record(
            actor,
            "exhibitor.member_added",
            subject(edition, number),
            after={"account": account},
            personal={"name": name},
        )
        await enqueue(address, mail, to_name=text.line(name)[:100])


async def remove_member(actor: Actor, edition: EditionInfo, number: str, account: int) -> None:
    """At once. :raises LastMember: 409."""
    exhibitor = await desk.opened_by(actor, edition, number)
    async with transaction():
        # Of two who remove each other the row's lock lets one be the first.
        await Exhibitor.update({Exhibitor.number: Exhibitor.number}).where(Exhibitor.id == exhibitor)
        gone = (
            await ExhibitorMember.delete()
            .where(ExhibitorMember.exhibitor == exhibitor, ExhibitorMember.account == account)
            .returning(ExhibitorMember.id)
        )
        if not gone:
            raise NotFound
        if not await ExhibitorMember.exists().where(ExhibitorMember.exhibitor == exhibitor):
            raise LastMember
        await audit.record(actor, "exhibitor.member_removed", subject(edition, number), before={"account": account})
