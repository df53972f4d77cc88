"""Mails about meetings, to both sides but for the one that knows."""

from collections.abc import Sequence

from checkin import holders
from checkin.queries.badges import badge_with_serial
from core.accounts.services import people
from core.config import settings
from core.editions.queries import EditionInfo
from core.i18n import DEFAULT, Locale
from core.i18n.formats import moment
from core.mail.services import compose, enqueue
from exhibitors.queries.applications import exhibitor_numbered
from projects.queries.agenda import SlotInfo
from projects.queries.meetings import MeetingInfo
from projects.tables import MeetingSide, Project

Address = tuple[str, str, Locale, str]


async def _of_firm(edition: EditionInfo, number: str) -> Address:
    firm = await exhibitor_numbered(edition, number)
    page = f"{settings().public_url}/portal/{number}/meetings"
    return firm.contact.name, firm.contact.email, people.locale_of(firm.locale), page


async def _owner(edition: EditionInfo, meeting: MeetingInfo) -> Address:
    if meeting.owner_number:
        return await _of_firm(edition, meeting.owner_number)
    row = (
        await Project.select(Project.contact_name, Project.contact_email)
        .where(Project.id == meeting.project_id)
        .first()
    )
    page = f"{settings().public_url}/projects/{meeting.project}"
    return (row["contact_name"], row["contact_email"], DEFAULT, page) if row else ("", "", DEFAULT, page)


async def _partner(edition: EditionInfo, meeting: MeetingInfo) -> Address:
    if meeting.exhibitor:
        return await _of_firm(edition, meeting.exhibitor)
    badge = await badge_with_serial(edition, meeting.badge)
    return (
        badge.holder,
        badge.email,
        people.locale_of(badge.locale),
        holders.address(edition.id, badge.serial, badge.uid),
    )


async def later(edition: EditionInfo, moved: Sequence[SlotInfo]) -> None:
    """To whom a pitch that begins later belongs: the project's contact, or the exhibitor's. Inside a transaction."""
    of = {slot.project: slot for slot in moved if slot.project}
    contact = (Project.contact_name, Project.contact_email)
    firm = (
        Project.exhibitor.contact_name.as_alias("firm_name"),
        Project.exhibitor.contact_email.as_alias("firm_email"),
        Project.exhibitor.locale.as_alias("locale"),
    )
    rows = await Project.select(Project.number, *contact, *firm).where(
        Project.edition == edition.id, Project.number.is_in([*of, ""])
    )
    for row in rows:
        slot, own = of[row["number"]], bool(row["contact_email"])
        name, to = (row["contact_name"], row["contact_email"]) if own else (row["firm_name"], row["firm_email"])
        if not to:
            continue
        locale = people.locale_of(row["locale"] or DEFAULT)
        mail = compose(
            "pitch_later",
            locale,
            name=name,
            title=slot.said(locale),
            when=moment(locale, slot.starts_at, edition.timezone),
            stage=slot.stage.said(locale),
            page=f"{settings().public_url}/agenda",
        )
        await enqueue(to, mail, to_name=name)


async def meeting(edition: EditionInfo, about: MeetingInfo, *, but: MeetingSide) -> None:
    """Inside a transaction."""
    for side, find in ((MeetingSide.owner, _owner), (MeetingSide.partner, _partner)):
        if side is but:
            continue
        name, to, locale, page = await find(edition, about)
        if not to:
            continue
        other = about.owner if side is MeetingSide.partner else about.partner
        mail = compose(
            "meeting",
            locale,
            name=name or other,
            other=other,
            title=about.name(locale),
            state="placed" if about.starts_at and about.state == "accepted" else about.state.value,
            when=moment(locale, about.starts_at, edition.timezone) if about.starts_at else "",
            place=about.place,
            wished=moment(locale, about.wished_at, edition.timezone) if about.wished_at else "",
            note=about.message if about.state == "requested" else "",
            page=page,
        )
        await enqueue(to, mail, to_name=name)
