"""Links into an exhibitor's desk: mailed to the contact, or handed over by an organizer, opened once by a button.

Nothing is given when somebody types an address into a form. Who opens the mail and presses the button has shown that
the mailbox is theirs: only then there is an account for it and a place in the desk.
"""

from datetime import datetime, timedelta
from typing import Any

import msgspec
from piccolo.query.methods.insert import Insert

from core import clock
from core.accounts import queries as accounts
from core.accounts.errors import EmailTaken, LinkUsed
from core.accounts.queries import Person
from core.accounts.roles import SYSTEM, Actor, Role
from core.accounts.secrets import digest, new_token
from core.accounts.services import people
from core.audit import services as audit
from core.config import settings
from core.db import transaction
from core.editions.queries import EditionInfo
from core.editions.tables import Edition
from core.errors import NotFound
from core.i18n import Locale
from core.jobs import JobContext, job
from core.jobs.services import enqueue_job
from core.mail import queries as mails
from core.mail.services import compose, enqueue
from core.privacy.registry import is_erased
from exhibitors.services import members
from exhibitors.tables import Exhibitor, ExhibitorLink

LIFE = timedelta(days=14)
#: Of one that is handed over: long enough to get home with it.
HANDED_LIFE = timedelta(days=3)
#: So many an hour are mailed for one application, and so many mails a day ask its contact for access.
LINKS_AN_HOUR = 3
ASKED_A_DAY = 3


def fresh() -> str:
    return new_token()


def address(token: str) -> str:
    return f"{settings().public_url}/portal/enter/{token}"


async def add(exhibitor: int, email: str, token: str) -> None:
    """Inside the transaction that puts the mail into the queue."""
    await inserting(exhibitor, email, token)


def inserting(exhibitor: int, email: str, token: str) -> Insert[ExhibitorLink]:
    now = clock.now()
    return ExhibitorLink.insert(
        ExhibitorLink(
            exhibitor=exhibitor,
            email=email,
            token_hash=digest(token),
            created_at=now,
            expires_at=now + LIFE,
        )
    )


class Opened(msgspec.Struct, frozen=True):
    id: int
    exhibitor: int
    email: str
    number: str
    name: str
    contact_name: str
    locale: str
    edition: str


def _works(token: str) -> Any:
    return (
        (ExhibitorLink.token_hash == digest(token))
        & ExhibitorLink.used_at.is_null()
        & ExhibitorLink.revoked_at.is_null()
        & (ExhibitorLink.expires_at > clock.now())
    )


async def peek(token: str) -> Opened:
    """Uses nothing up. :raises LinkUsed: unknown, used or run out."""
    link = (
        await ExhibitorLink.select(ExhibitorLink.id, ExhibitorLink.exhibitor, ExhibitorLink.email)
        .where(_works(token))
        .first()
    )
    if link is None:
        raise LinkUsed
    of = await Exhibitor.select().where(Exhibitor.id == link["exhibitor"]).first()
    edition = await Edition.select(Edition.slug).where(Edition.id == (of or {}).get("edition")).first()
    if of is None or edition is None:
        raise LinkUsed
    return Opened(
        link["id"],
        of["id"],
        link["email"].lower(),
        of["number"],
        of["name"],
        of["contact_name"],
        of["locale"],
        edition["slug"],
    )


class Confirmed(msgspec.Struct, frozen=True):
    account: int
    #: Has a role in the house: then a link of two weeks does not sign in, the person does so itself.
    is_staff: bool

    @classmethod
    def of(cls, actor: Actor, who: Person | None) -> "Confirmed":
        return cls(actor.id or 0, who is not None and any(role is not Role.exhibitor for role in who.roles))


async def confirm(token: str) -> Confirmed:
    """The button: makes or finds the account of the mailbox and lets it into the desk. Of two at once one wins.

    :raises LinkUsed: as :func:`peek`, for the second, and for a disabled account.
    """
    opened = await peek(token)
    for _ in range(2):
        who = await mailbox(opened.email)
        try:
            return await _confirm(opened, token, who)
        except EmailTaken:  # made meanwhile: look again
            continue
    raise LinkUsed


async def _confirm(opened: Opened, token: str, who: Person | None) -> Confirmed:
    async with transaction():
        won = (
            await ExhibitorLink.update({ExhibitorLink.used_at: clock.now()})
            .where(_works(token))
            .returning(ExhibitorLink.id)
        )
        if not won:
            raise LinkUsed
        actor = await enrolled(who, opened.email, opened.contact_name, people.locale_of(opened.locale))
        await join(actor, opened.exhibitor, actor.id or 0, opened.edition, opened.number)
    return Confirmed.of(actor, who)


async def mailbox(email: str) -> Person | None:
    """Whose it is. :raises LinkUsed: a disabled account's."""
    try:
        who = await accounts.person_by_email(email)
    except NotFound:
        return None
    if who.disabled:
        raise LinkUsed
    return who


async def enrolled(who: Person | None, email: str, name: str, locale: Locale) -> Actor:
    """Inside the transaction that uses a mailed link up: the account of the mailbox, as an exhibitor's.

    :raises EmailTaken: it was made meanwhile.
    """
    if who is None:
        name = name or email.partition("@")[0]
        return Actor("account", await people.create(SYSTEM, email, name, [Role.exhibitor], locale=locale), name)
    if Role.exhibitor not in who.roles:
        await people.set_roles(SYSTEM, who.id, {*who.roles, Role.exhibitor})
    return Actor("account", who.id, who.name)


async def join(actor: Actor, exhibitor: int, account: int, edition: str, number: str) -> None:
    """Lets an account into a desk, once, inside a transaction."""
    if await members.add(exhibitor, account, actor.key):
        await audit.record(
            actor, "exhibitor.member_added", f"exhibitor:{edition}/{number}", after={"account": f"account:{account}"}
        )


# ── handed over, to whom mail does not reach ──


class Handed(msgspec.Struct, frozen=True):
    id: int
    by: str
    at: datetime
    expires: datetime
    used: datetime | None
    revoked: datetime | None

    @property
    def state(self) -> str:
        if self.used:
            return "used"
        if self.revoked:
            return "revoked"
        return "open" if self.expires > clock.now() else "over"


async def handed(exhibitor: int) -> list[Handed]:
    """The last ones first."""
    rows = (
        await ExhibitorLink.select()
        .where(ExhibitorLink.exhibitor == exhibitor, ExhibitorLink.made_by != "")
        .order_by(ExhibitorLink.id, ascending=False)
        .limit(20)
    )
    return [
        Handed(row["id"], row["made_name"], row["created_at"], row["expires_at"], row["used_at"], row["revoked_at"])
        for row in rows
    ]


async def hand_over(actor: Actor, edition: EditionInfo, number: str) -> tuple[str, datetime]:
    """A link that an organizer copies, shows or prints, and until when it works; it is shown this once. The one before
    it works no more. Whoever holds it enters as the contact's account: the organizer says who that is.

    :raises NotFound: 404.
    """
    token, now = fresh(), clock.now()
    async with transaction():
        found = (
            await Exhibitor.update({Exhibitor.number: number})
            .where(Exhibitor.edition == edition.id, Exhibitor.number == number)
            .returning(Exhibitor.id, Exhibitor.contact_email)
        )
        if not found or is_erased(found[0]["contact_email"]):
            raise NotFound
        of = found[0]
        await _unhand(ExhibitorLink.exhibitor == of["id"])
        await ExhibitorLink.insert(
            ExhibitorLink(
                exhibitor=of["id"],
                email=of["contact_email"],
                token_hash=digest(token),
                created_at=now,
                expires_at=now + HANDED_LIFE,
                made_by=actor.key,
                made_name=actor.name[:100],
            )
        )
        await audit.record(actor, "exhibitor.link_handed", f"exhibitor:{edition.slug}/{number}")
    return address(token), now + HANDED_LIFE


async def _unhand(where: Any) -> int:
    """How many worked until now."""
    gone = (
        await ExhibitorLink.update({ExhibitorLink.revoked_at: clock.now()})
        .where(
            where,
            ExhibitorLink.made_by != "",
            ExhibitorLink.used_at.is_null(),
            ExhibitorLink.revoked_at.is_null(),
            ExhibitorLink.expires_at > clock.now(),
        )
        .returning(ExhibitorLink.id)
    )
    return len(gone)


async def take_back(actor: Actor, edition: EditionInfo, number: str, link: int) -> None:
    """:raises NotFound: not of this exhibitor. :raises LinkUsed: used, or over."""
    async with transaction():
        of = (
            await Exhibitor.select(Exhibitor.id)
            .where(Exhibitor.edition == edition.id, Exhibitor.number == number)
            .first()
        )
        mine = (ExhibitorLink.id == link) & (ExhibitorLink.exhibitor == (of or {"id": 0})["id"])
        if of is None or not await ExhibitorLink.exists().where(mine, ExhibitorLink.made_by != ""):
            raise NotFound
        if not await _unhand(mine):
            raise LinkUsed
        await audit.record(actor, "exhibitor.link_revoked", f"exhibitor:{edition.slug}/{number}")


# ── another link ──


async def ask_for_link(edition: EditionInfo, number: str, email: str) -> None:
    """Has a new link mailed to the contact of an application, if number and address belong together. Whoever asks
    sees the same either way, and as soon: the work is done behind the answer."""
    found = (
        await Exhibitor.select(Exhibitor.id, Exhibitor.contact_email)
        .where(Exhibitor.edition == edition.id, Exhibitor.number == number.strip()[:12])
        .first()
    )
    fits = found is not None and found["contact_email"].lower() == email.strip().lower()
    async with transaction():
        await enqueue_job("exhibitors.link", {"exhibitor": found["id"] if found and fits else 0})


@job("exhibitors.link")
async def mail_link_now(ctx: JobContext, payload: dict[str, Any]) -> None:
    of = await Exhibitor.select().where(Exhibitor.id == int(payload["exhibitor"])).first()
    if of is None:
        return
    since = clock.now() - timedelta(hours=1)
    token = fresh()
    message = compose(
        "desk_link",
        people.locale_of(of["locale"]),
        name=of["contact_name"],
        firm=of["name"],
        number=of["number"],
        link=address(token),
    )
    async with transaction():
        # Holds the application's row, so that two of these jobs at once count one after the other.
        await Exhibitor.update({Exhibitor.number: of["number"]}).where(Exhibitor.id == of["id"])
        recent = ExhibitorLink.count().where(ExhibitorLink.exhibitor == of["id"], ExhibitorLink.created_at > since)
        if await recent >= LINKS_AN_HOUR:
            return
        await add(of["id"], of["contact_email"], token)
        await enqueue(of["contact_email"], message, to_name=of["contact_name"])


# ── somebody else of the same firm ──


async def ask_for_access(edition: EditionInfo, credit_code: str, name: str, email: str) -> None:
    """Tells the contact of the application with this code that somebody asks to be let in; a few times a day at most.
    Whoever asks learns nothing."""
    of = await Exhibitor.select().where(Exhibitor.edition == edition.id, Exhibitor.credit_code == credit_code).first()
    if of is None:
        return
    message = compose(
        "access_asked",
        people.locale_of(of["locale"]),
        name=of["contact_name"],
        firm=of["name"],
        number=of["number"],
        asker=name,
        asker_email=email,
        page=f"{settings().public_url}/portal",
    )
    today = clock.now().date().isoformat()
    for n in range(ASKED_A_DAY):
        key = f"access:{of['id']}:{today}:{n}"
        if not await mails.is_written(key):
            async with transaction():
                await enqueue(of["contact_email"], message, to_name=of["contact_name"], key=key)
            return
