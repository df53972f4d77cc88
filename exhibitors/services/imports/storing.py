"""The rows of a file, stored as a whole or not at all."""

from collections.abc import Iterator
from typing import Any

from core import clock
from core.accounts.roles import Actor
from core.audit import services as audit
from core.db import transaction
from core.editions.queries import EditionInfo
from exhibitors.rules import applications
from exhibitors.rules.applications import Application
from exhibitors.services.imports.checking import registered
from exhibitors.tables import (
    ConsentBy,
    Exhibitor,
    ExhibitorCategory,
    ExhibitorConsent,
    ExhibitorField,
    Status,
)

#: Rows of one statement.
_AT_ONCE = 200
#: Seconds for which one file may keep other writers waiting.
HOLD = 60.0


class Raced(Exception):
    """Somebody registered one of these between the check and now."""


async def store(actor: Actor, edition: EditionInfo, wanted: list[Application], *, name: str, sha256: str) -> int:
    """All of them or none; without mails. Joins the caller's transaction.

    :raises Raced: one of them was registered meanwhile.
    """
    now = clock.now()
    async with transaction():
        known, numbers = await registered(edition)
        if any(known.has(one) for one in wanted):
            raise Raced
        given = list(_numbers(numbers, len(wanted)))
        ids: dict[str, int] = {}
        for start in range(0, len(wanted), _AT_ONCE):
            pairs = list(zip(given, wanted, strict=True))[start : start + _AT_ONCE]
            rows = [_row(edition, number, one, now) for number, one in pairs]
            made = (
                await Exhibitor.insert(*rows).on_conflict(action="DO NOTHING").returning(Exhibitor.id, Exhibitor.number)
            )
            if len(made) < len(rows):
                raise Raced
            ids |= {row["number"]: row["id"] for row in made}
        for start in range(0, len(wanted), _AT_ONCE):
            some = [(ids[number], one) for number, one in zip(given, wanted, strict=True)][start : start + _AT_ONCE]
            await _insert_parts(actor, some, now)
        for number, one in zip(given, wanted, strict=True):
            await audit.record(
                actor,
                "exhibitor.submitted",
                f"exhibitor:{edition.slug}/{number}",
                after={
                    "name": one.name,
                    "country": one.country,
                    "credit_code": one.credit_code,
                    "status": Status.submitted.value,
                    "privacy_version": one.privacy_version,
                    "consent": ConsentBy.sheet.value,
                    **({"check_digit_overridden": True} if one.check_digit_overridden else {}),
                },
                personal={
                    "contact_name": one.contact_name,
                    "contact_mobile": one.contact_mobile,
                    "contact_email": one.contact_email,
                },
            )
        await audit.record(
            actor,
            "exhibitors.imported",
            f"edition:{edition.slug}",
            after={"file": name, "sha256": sha256, "stored": len(wanted)},
        )
    return len(wanted)


def _numbers(taken: set[str], many: int) -> Iterator[str]:
    taken = set(taken)
    for _ in range(many):
        number = applications.new_number()
        while number in taken:
            number = applications.new_number()
        taken.add(number)
        yield number


def _row(edition: EditionInfo, number: str, one: Application, now: Any) -> Exhibitor:
    return Exhibitor(
        edition=edition.id,
        number=number,
        status=Status.submitted.value,
        name=one.name,
        name_en=one.name_en,
        country=one.country,
        credit_code=one.credit_code,
        check_digit_overridden=one.check_digit_overridden,
        registration_number=one.registration_number,
        kind=one.kind.value,
        intro=one.intro,
        website=one.website,
        contact_name=one.contact_name,
        contact_mobile=one.contact_mobile,
        contact_email=one.contact_email,
        booth_kind=one.booth.kind.value,
        booth_count=one.booth.count,
        booth_area_m2=one.booth.area_m2,
        lintel_zh=one.lintel_zh,
        lintel_en=one.lintel_en,
        power=one.power,
        water=one.water,
        exhibits=one.exhibits,
        locale=one.locale,
        search=f"{number} {one.search}",
        submitted_at=now,
        changed_at=now,
    )


async def _insert_parts(actor: Actor, some: list[tuple[int, Application]], now: Any) -> None:
    await ExhibitorCategory.insert(
        *(
            ExhibitorCategory(exhibitor=exhibitor, code=code, position=n)
            for exhibitor, one in some
            for n, code in enumerate(one.categories)
        )
    )
    fields = [
        ExhibitorField(exhibitor=exhibitor, code=code, position=n)
        for exhibitor, one in some
        for n, code in enumerate(one.fields)
    ]
    if fields:
        await ExhibitorField.insert(*fields)
    await ExhibitorConsent.insert(
        *(
            ExhibitorConsent(
                exhibitor=exhibitor,
                privacy_version=one.privacy_version,
                locale=one.locale,
                given_at=now,
                by=ConsentBy.sheet.value,
                recorded_by=actor.key,
            )
            for exhibitor, one in some
        )
    )
