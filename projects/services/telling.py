"""Mails about meetings, to both sides but for the one that knows."""

from collections.abc import Sequence

from core.accounts.services import people
from core.config import settings
from core.editions.queries import EditionInfo
from core.i18n import DEFAULT
from core.i18n.formats import moment
from core.mail.services import compose, enqueue
from projects.queries.agenda import SlotInfo
from projects.queries.meetings import MeetingInfo
from projects.rules.meetings import keys_of
from projects.services.readers import readers
from projects.tables import MeetingSide, Project


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
    known = await readers(edition, [about], in_force=False)
    for side, key in zip((MeetingSide.owner, MeetingSide.partner), keys_of(about), strict=True):
        if side is but or key not in known:
            continue
        reader = known[key]
        other = about.owner if side is MeetingSide.partner else about.partner
        mail = compose(
            "meeting",
            reader.locale,
            name=reader.name or other,
            other=other,
            title=about.name(reader.locale),
            state="placed" if about.starts_at and about.state == "accepted" else about.state.value,
            when=moment(reader.locale, about.starts_at, edition.timezone) if about.starts_at else "",
            place=about.place,
            wished=moment(reader.locale, about.wished_at, edition.timezone) if about.wished_at else "",
            note=about.message if about.state == "requested" else "",
            page=reader.page,
        )
        await enqueue(reader.to, mail, to_name=reader.name)
