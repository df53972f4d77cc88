"""What visitors see: it was no part of the review, so it changes at once."""

import msgspec

from core import clock
from core.accounts.roles import Actor
from core.audit import services as audit
from core.db import transaction
from core.editions.queries import EditionInfo
from exhibitors.queries import desk
from exhibitors.queries.applications import exhibitor_numbered
from exhibitors.rules import applications
from exhibitors.rules import profile as rules
from exhibitors.rules.desk import ADMITTED, OPEN
from exhibitors.rules.steps import WrongStatus
from exhibitors.services import directory
from exhibitors.services.desk.said import subject
from exhibitors.tables import (
    Exhibitor,
)


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
            subject(edition, number),
            before={"name_en": before.name_en, "website": before.website, "lintel": before.lintel_zh},
            after={"name_en": found.name_en, "website": found.website, "lintel": found.lintel_zh},
            personal={
                "contact_name": found.contact_name,
                "contact_mobile": found.contact_mobile,
                "contact_email": found.contact_email,
            },
        )
