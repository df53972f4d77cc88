"""What an exhibitor does in its own desk: colleagues, messages, profile, products, and wishes to change."""

import msgspec

from core import clock, text
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
from exhibitors.rules import applications
from exhibitors.rules import profile as rules
from exhibitors.rules.applications import ApplicationIn
from exhibitors.rules.desk import ADMITTED, OPEN, AlreadyMember, ChangeWaiting, LastMember
from exhibitors.rules.steps import WrongStatus
from exhibitors.services import directory, members
from exhibitors.tables import (
    Exhibitor,
    ExhibitorCategory,
    ExhibitorChange,
    ExhibitorField,
    ExhibitorMember,
    ExhibitorMessage,
    ExhibitorProduct,
)

MOST_MEMBERS = 20
MOST_PRODUCTS = 50
LONGEST_MESSAGE = 4000


def _about(edition: EditionInfo, number: str) -> str:
    return f"exhibitor:{edition.slug}/{number}"


# ── who may open the desk ──


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
            _about(edition, number),
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
        await audit.record(actor, "exhibitor.member_removed", _about(edition, number), before={"account": account})


# ── messages ──


async def write(actor: Actor, edition: EditionInfo, number: str, typed: str, *, from_organizers: bool) -> None:
    """A message to the other side; one to an exhibitor is also mailed. :raises InvalidInput: 422."""
    exhibitor = await desk.opened_by(actor, edition, number)
    said = _paragraphs("text", typed, LONGEST_MESSAGE, required=True)
    detail = await exhibitor_numbered(edition, number)
    mail = None
    if from_organizers:
        locale = people.locale_of(detail.locale)
        mail = compose(
            "message",
            locale,
            name=detail.contact.name,
            firm=detail.name,
            expo=edition.name(locale),
            text=said,
            link=f"{settings().public_url}/portal/{number}/messages",
        )
    async with transaction():
        await ExhibitorMessage.insert(
            ExhibitorMessage(
                exhibitor=exhibitor,
                from_organizers=from_organizers,
                author=actor.key,
                author_name=actor.name[:100],
                text=said,
                at=clock.now(),
            )
        )
        await audit.record(
            actor,
            "exhibitor.message",
            _about(edition, number),
            after={"from_organizers": from_organizers},
            personal={"text": said},
        )
        if mail is not None:
            await enqueue(detail.contact.email, mail, to_name=detail.contact.name)


async def read_all(actor: Actor, edition: EditionInfo, number: str, *, by_organizers: bool) -> None:
    """What the other side has written counts as read."""
    exhibitor = await desk.opened_by(actor, edition, number)
    if not await desk.unread(exhibitor, by_organizers=by_organizers):
        return
    async with transaction():
        await ExhibitorMessage.update({ExhibitorMessage.read_at: clock.now()}).where(
            ExhibitorMessage.exhibitor == exhibitor,
            ExhibitorMessage.from_organizers.eq(not by_organizers),
            ExhibitorMessage.read_at.is_null(),
        )


# ── what visitors see ──


class ProfileIn(msgspec.Struct):
    """As typed. Nothing of it was part of the review, so it changes at once."""

    name_en: str = ""
    intro: str = ""
    website: str = ""
    exhibits: str = ""
    lintel_zh: str = ""
    lintel_en: str = ""
    contact_name: str = ""
    contact_mobile: str = ""
    contact_email: str = ""


async def change_profile(actor: Actor, edition: EditionInfo, number: str, typed: ProfileIn) -> None:
    """:raises InvalidInput: 422. :raises WrongStatus: 409, once it was rejected or withdrawn."""
    exhibitor = await desk.opened_by(actor, edition, number)
    before = await exhibitor_numbered(edition, number)
    if before.status not in ADMITTED | OPEN:
        raise WrongStatus
    found = rules.checked_profile(
        country=before.country,
        name_en=typed.name_en,
        intro=typed.intro,
        website=typed.website,
        exhibits=typed.exhibits,
        lintel_zh=typed.lintel_zh,
        lintel_en=typed.lintel_en,
        contact_name=typed.contact_name,
        contact_mobile=typed.contact_mobile,
        contact_email=typed.contact_email,
    )
    key = applications.search_key(before.name, found.name_en, before.credit_code)
    async with transaction():
        await Exhibitor.update(
            {
                Exhibitor.name_en: found.name_en,
                Exhibitor.intro: found.intro,
                Exhibitor.website: found.website,
                Exhibitor.exhibits: found.exhibits,
                Exhibitor.lintel_zh: found.lintel_zh,
                Exhibitor.lintel_en: found.lintel_en,
                Exhibitor.contact_name: found.contact_name,
                Exhibitor.contact_mobile: found.contact_mobile,
                Exhibitor.contact_email: found.contact_email,
                Exhibitor.search: f"{number} {key}",
                Exhibitor.changed_at: clock.now(),
            }
        ).where(Exhibitor.id == exhibitor)
        await directory.refresh([exhibitor])
        await audit.record(
            actor,
            "exhibitor.profile_changed",
            _about(edition, number),
            before={"name_en": before.name_en, "website": before.website, "lintel": before.lintel_zh},
            after={"name_en": found.name_en, "website": found.website, "lintel": found.lintel_zh},
            personal={
                "contact_name": found.contact_name,
                "contact_mobile": found.contact_mobile,
                "contact_email": found.contact_email,
            },
        )


async def add_product(actor: Actor, edition: EditionInfo, number: str, *, name: str, name_en: str, about: str) -> None:
    exhibitor = await desk.opened_by(actor, edition, number)
    title = _paragraphs("name", name, 100, required=True).replace("\n", " ")
    english = _paragraphs("name_en", name_en, 100).replace("\n", " ")
    said = _paragraphs("text", about, 1000)
    have = await desk.products(exhibitor)
    if len(have) >= MOST_PRODUCTS:
        raise InvalidInput(errors=(FieldError("name", "too_many", mark("Fifty products are enough for a booth.")),))
    async with transaction():
        await ExhibitorProduct.insert(
            ExhibitorProduct(exhibitor=exhibitor, name=title, name_en=english, text=said, position=len(have))
        )
        await directory.refresh([exhibitor])
        await audit.record(actor, "exhibitor.product_added", _about(edition, number), after={"name": title})


async def remove_product(actor: Actor, edition: EditionInfo, number: str, product: int) -> None:
    exhibitor = await desk.opened_by(actor, edition, number)
    async with transaction():
        gone = (
            await ExhibitorProduct.update({ExhibitorProduct.removed_at: clock.now()})
            .where(
                ExhibitorProduct.id == product,
                ExhibitorProduct.exhibitor == exhibitor,
                ExhibitorProduct.removed_at.is_null(),
            )
            .returning(ExhibitorProduct.name)
        )
        if not gone:
            raise NotFound
        await directory.refresh([exhibitor])
        await audit.record(
            actor, "exhibitor.product_removed", _about(edition, number), before={"name": gone[0]["name"]}
        )


def _paragraphs(field: str, typed: str, longest: int, *, required: bool = False) -> str:
    if len(typed) > longest * 4:
        raise InvalidInput(errors=(FieldError(field, "too_long", mark("This is too long.")),))
    try:
        found = text.paragraphs(typed)
    except text.Fault as fault:
        raise InvalidInput(errors=(FieldError(field, fault.code, fault.message),)) from fault
    if required and not found:
        raise InvalidInput(errors=(FieldError(field, "required", mark("Please fill this in.")),))
    if len(found) > longest:
        raise InvalidInput(errors=(FieldError(field, "too_long", mark("This is too long.")),))
    return found


# ── what was reviewed ──


async def ask_change(
    actor: Actor,
    edition: EditionInfo,
    number: str,
    *,
    name: str,
    name_en: str,
    country: str,
    credit_code: str,
    reason: str,
) -> None:
    """A change of what was reviewed, once it was: a reviewer decides. Before, see :func:`amend`.

    :raises InvalidInput: 422. :raises ChangeWaiting: 409. :raises WrongStatus: 409.
    """
    exhibitor = await desk.opened_by(actor, edition, number)
    before = await exhibitor_numbered(edition, number)
    if before.status not in ADMITTED:
        raise WrongStatus
    found = rules.checked_identity(name=name, name_en=name_en, country=country, credit_code=credit_code)
    why = _paragraphs("reason", reason, 1000)
    async with transaction():
        made = (
            await ExhibitorChange.insert(
                ExhibitorChange(
                    exhibitor=exhibitor,
                    name=found.name,
                    name_en=found.name_en,
                    country=found.country,
                    credit_code=found.credit_code,
                    reason=why,
                    asked_by=actor.key,
                    asked_at=clock.now(),
                    waiting=1,
                )
            )
            .on_conflict(action="DO NOTHING")
            .returning(ExhibitorChange.id)
        )
        if not made:
            raise ChangeWaiting
        await audit.record(
            actor,
            "exhibitor.change_asked",
            _about(edition, number),
            before={"name": before.name, "credit_code": before.credit_code, "country": before.country},
            after={"name": found.name, "credit_code": found.credit_code, "country": found.country},
        )


async def amend(actor: Actor, edition: EditionInfo, number: str, typed: ApplicationIn) -> None:
    """Writes an application anew while it is open, by the rules that it came by; its consent stays as it was given.

    :raises InvalidInput: 422. :raises WrongStatus: 409, once it was decided on.
    """
    exhibitor = await desk.opened_by(actor, edition, number)
    before = await exhibitor_numbered(edition, number)
    wanted = applications.checked(
        msgspec.structs.replace(typed, privacy_version=edition.privacy_version),
        categories=[choice.code for choice in edition.categories],
        fields=[choice.code for choice in edition.fields],
        privacy_version=edition.privacy_version,
        locale=people.locale_of(before.locale),
        may_slip=before.check_digit_overridden and text.code(typed.credit_code or "") == before.credit_code,
    )
    async with transaction():
        still = (
            await Exhibitor.update(
                {
                    Exhibitor.name: wanted.name,
                    Exhibitor.name_en: wanted.name_en,
                    Exhibitor.country: wanted.country,
                    Exhibitor.registration_number: wanted.registration_number,
                    Exhibitor.kind: wanted.kind.value,
                    Exhibitor.intro: wanted.intro,
                    Exhibitor.website: wanted.website,
                    Exhibitor.contact_name: wanted.contact_name,
                    Exhibitor.contact_mobile: wanted.contact_mobile,
                    Exhibitor.contact_email: wanted.contact_email,
                    Exhibitor.booth_kind: wanted.booth.kind.value,
                    Exhibitor.booth_count: wanted.booth.count,
                    Exhibitor.booth_area_m2: wanted.booth.area_m2,
                    Exhibitor.lintel_zh: wanted.lintel_zh,
                    Exhibitor.lintel_en: wanted.lintel_en,
                    Exhibitor.power: wanted.power,
                    Exhibitor.water: wanted.water,
                    Exhibitor.exhibits: wanted.exhibits,
                }
            )
            .where(Exhibitor.id == exhibitor, Exhibitor.status.is_in([status.value for status in OPEN]))
            .returning(Exhibitor.id)
        )
        if not still:
            raise WrongStatus
        await ExhibitorCategory.delete().where(ExhibitorCategory.exhibitor == exhibitor)
        await ExhibitorField.delete().where(ExhibitorField.exhibitor == exhibitor)
        await ExhibitorCategory.insert(
            *(ExhibitorCategory(exhibitor=exhibitor, code=code, position=n) for n, code in enumerate(wanted.categories))
        )
        if wanted.fields:
            await ExhibitorField.insert(
                *(ExhibitorField(exhibitor=exhibitor, code=code, position=n) for n, code in enumerate(wanted.fields))
            )
        identity = rules.Identity(wanted.name, wanted.name_en, wanted.country, wanted.credit_code)
        await _change_identity(actor, edition, exhibitor, number, identity)


async def decide_change(
    actor: Actor, edition: EditionInfo, number: str, change: int, *, accept: bool, note: str = ""
) -> None:
    """A reviewer's word on a waiting change; the exhibitor is told by mail. :raises NotFound: decided already."""
    detail = await exhibitor_numbered(edition, number)
    said = _paragraphs("note", note, 1000)
    locale = people.locale_of(detail.locale)
    mail = compose(
        "change_decided",
        locale,
        name=detail.contact.name,
        firm=detail.name,
        expo=edition.name(locale),
        accepted=accept,
        note=said,
    )
    async with transaction():
        rows = (
            await ExhibitorChange.update(
                {
                    ExhibitorChange.waiting: None,
                    ExhibitorChange.accepted: accept,
                    ExhibitorChange.decided_by: actor.key,
                    ExhibitorChange.decided_at: clock.now(),
                    ExhibitorChange.note: said,
                }
            )
            .where(ExhibitorChange.id == change, ExhibitorChange.waiting == 1, ExhibitorChange.exhibitor == detail.id)
            .returning(*ExhibitorChange.all_columns())
        )
        if not rows:
            raise NotFound
        row = rows[0]
        if accept:
            found = rules.Identity(row["name"], row["name_en"], row["country"], row["credit_code"])
            await _change_identity(actor, edition, detail.id, number, found)
        else:
            await audit.record(actor, "exhibitor.change_declined", _about(edition, number), note=said)
        await enqueue(detail.contact.email, mail, to_name=detail.contact.name)


async def _change_identity(
    actor: Actor, edition: EditionInfo, exhibitor: int, number: str, found: rules.Identity
) -> None:
    taken = Exhibitor.exists().where(
        Exhibitor.edition == edition.id, Exhibitor.credit_code == found.credit_code, Exhibitor.id != exhibitor
    )
    if found.credit_code is not None and await taken:
        message = mark("Another exhibitor of this expo has this code. Please write to the organizers.")
        raise InvalidInput(errors=(FieldError("credit_code", "taken", message),))
    before = (
        await Exhibitor.select(Exhibitor.name, Exhibitor.country, Exhibitor.credit_code)
        .where(Exhibitor.id == exhibitor)
        .first()
    )
    key = applications.search_key(found.name, found.name_en, found.credit_code)
    await Exhibitor.update(
        {
            Exhibitor.name: found.name,
            Exhibitor.name_en: found.name_en,
            Exhibitor.country: found.country,
            Exhibitor.credit_code: found.credit_code,
            Exhibitor.search: f"{number} {key}",
            Exhibitor.changed_at: clock.now(),
        }
    ).where(Exhibitor.id == exhibitor)
    await directory.refresh([exhibitor])
    await audit.record(
        actor,
        "exhibitor.changed",
        _about(edition, number),
        before=before,
        after={"name": found.name, "country": found.country, "credit_code": found.credit_code},
    )
