"""``GET /api/v1/edition``."""

from datetime import date, datetime
from typing import Any

import msgspec
from litestar import get
from litestar.params import FromQuery

from core.editions.queries import EditionInfo, edition_named
from core.editions.rules import Choice, Registration
from core.i18n.formats import minutes
from gateway.access import PUBLIC


class Hours(msgspec.Struct):
    """By the edition's clock, ``09:00`` to ``24:00``."""

    day: date
    opens: str
    closes: str


class RegistrationOut(msgspec.Struct):
    opens: datetime | None
    closes: datetime | None
    state: Registration


class ChoiceOut(msgspec.Struct):
    code: str
    name_zh: str
    name_en: str


class EditionOut(msgspec.Struct):
    slug: str
    name_zh: str
    name_en: str
    venue: str
    venue_en: str
    days: list[date]
    hours: list[Hours]
    timezone: str
    registration: RegistrationOut
    fields: list[ChoiceOut]
    categories: list[ChoiceOut]
    privacy_version: str
    current: bool
    demo: bool


def _choices(choices: tuple[Choice, ...]) -> list[ChoiceOut]:
    return [ChoiceOut(choice.code, choice.name_zh, choice.name_en) for choice in choices]


def edition_out(edition: EditionInfo) -> EditionOut:
    def local(when: datetime | None) -> datetime | None:
        return None if when is None else when.astimezone(edition.zone)

    return EditionOut(
        slug=edition.slug,
        name_zh=edition.name_zh,
        name_en=edition.name_en,
        venue=edition.venue_zh,
        venue_en=edition.venue_en,
        days=[day.day for day in edition.days],
        hours=[Hours(day.day, minutes(day.opens), minutes(day.closes)) for day in edition.days],
        timezone=edition.timezone,
        registration=RegistrationOut(
            local(edition.registration_opens), local(edition.registration_closes), edition.registration()
        ),
        fields=_choices(edition.fields),
        categories=_choices(edition.categories),
        privacy_version=edition.privacy_version,
        current=edition.is_current,
        demo=edition.is_demo,
    )


@get(
    "/api/v1/edition",
    opt=PUBLIC,
    tags=["edition"],
    summary="The expo: days, registration, fields, categories",
    description="The current edition, or with `edition` the one with this slug. 409 `no_edition` before one is set up.",
)
async def edition(edition: FromQuery[str | None] = None) -> EditionOut:
    return edition_out(await edition_named(edition))


ROUTES: list[Any] = [edition]
