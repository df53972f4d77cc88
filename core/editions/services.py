"""Writes of editions."""

from typing import Any

import msgspec

from core import clock, text
from core.accounts.roles import Actor
from core.audit import services as audit
from core.db import after_commit, transaction
from core.editions.queries import EditionInfo, forget_current, stored_edition
from core.editions.rules import Choice, Draft, faults
from core.editions.tables import Edition, EditionCategory, EditionDay, EditionField
from core.errors import DomainError, FieldError, InvalidInput, NotFound
from core.i18n import mark


class SlugTaken(DomainError):
    code = "slug_taken"
    message = "Another edition has this short name already."

    def __init__(self) -> None:
        super().__init__(errors=(FieldError("slug", self.code, self.message),))


def _tidy_choice(choice: Choice) -> Choice:
    return Choice(choice.code.strip(), text.line(choice.name_zh), text.line(choice.name_en), choice.retired)


def tidied(draft: Draft) -> Draft:
    """As it is stored; raises what is wrong with it, all at once."""
    unreadable: list[FieldError] = []
    clean: dict[str, str] = {}
    for name in ("name_zh", "name_en", "venue_zh", "venue_en", "privacy_version"):
        try:
            clean[name] = text.line(getattr(draft, name))
        except text.Fault as fault:
            unreadable.append(FieldError(name, fault.code, fault.message))
    lists: dict[str, tuple[Choice, ...]] = {}
    for name in ("fields", "categories"):
        try:
            lists[name] = tuple(_tidy_choice(choice) for choice in getattr(draft, name))
        except text.Fault as fault:
            unreadable.append(FieldError(name, fault.code, fault.message))
    if unreadable:
        raise InvalidInput(errors=tuple(unreadable))
    draft = msgspec.structs.replace(draft, slug=draft.slug.strip().lower(), **clean, **lists)
    if found := faults(draft):
        raise InvalidInput(errors=found)
    return draft


def _told(edition: EditionInfo) -> dict[str, Any]:
    """What the trail says of it."""
    told: dict[str, Any] = msgspec.to_builtins(edition)
    return told


def _values(draft: Draft) -> dict[str, Any]:
    return {name: getattr(draft, name) for name in Draft.__struct_fields__ if name not in _LISTS}


_LISTS = ("days", "fields", "categories")


async def _write_parts(edition: int, draft: Draft) -> None:
    await EditionDay.delete().where(EditionDay.edition == edition)
    await EditionDay.insert(
        *(EditionDay(edition=edition, day=d.day, opens=d.opens, closes=d.closes) for d in draft.days)
    )
    # A code stays for good, since deals and applications are filed under it: one left out is retired.
    await EditionField.update({EditionField.retired: True}).where(EditionField.edition == edition)
    for n, choice in enumerate(draft.fields):
        await EditionField.insert(EditionField(edition=edition, **_choice(n, choice))).on_conflict(
            target=(EditionField.edition, EditionField.code),
            action="DO UPDATE",
            values=[EditionField.name_zh, EditionField.name_en, EditionField.position, EditionField.retired],
        )
    await EditionCategory.update({EditionCategory.retired: True}).where(EditionCategory.edition == edition)
    for n, choice in enumerate(draft.categories):
        await EditionCategory.insert(EditionCategory(edition=edition, **_choice(n, choice))).on_conflict(
            target=(EditionCategory.edition, EditionCategory.code),
            action="DO UPDATE",
            values=[
                EditionCategory.name_zh,
                EditionCategory.name_en,
                EditionCategory.position,
                EditionCategory.retired,
            ],
        )


def _choice(position: int, choice: Choice) -> dict[str, Any]:
    return {**msgspec.structs.asdict(choice), "position": position}


async def _switch_to(edition: int) -> None:
    """Two who switch at the same time wait for each other at the oldest row, in any database."""
    oldest = await Edition.select(Edition.id).order_by(Edition.id).first()
    if oldest is not None:
        await Edition.update({Edition.slug: Edition.slug}).where(Edition.id == oldest["id"])
    await Edition.update({Edition.is_current: False}).where(Edition.is_current.eq(True))
    await Edition.update({Edition.is_current: True}).where(Edition.id == edition)


async def create(actor: Actor, draft: Draft, *, current: bool = False, is_demo: bool = False) -> EditionInfo:
    """The first edition of all becomes the current one unasked."""
    draft = tidied(draft)
    async with transaction():
        row = Edition({}, is_current=False, is_demo=is_demo, created_at=clock.now(), **_values(draft))
        made = await Edition.insert(row).on_conflict(target=Edition.slug, action="DO NOTHING").returning(Edition.id)
        if not made:
            raise SlugTaken
        edition: int = made[0]["id"]
        await _write_parts(edition, draft)
        if current or not await Edition.exists().where(Edition.is_current.eq(True)):
            await _switch_to(edition)
        after_commit(forget_current)
        made_edition = await stored_edition(draft.slug)
        await audit.record(actor, "edition.created", f"edition:{draft.slug}", after=_told(made_edition))
        return made_edition


async def change(actor: Actor, slug: str, draft: Draft) -> EditionInfo:
    draft = tidied(draft)
    async with transaction():
        before = await stored_edition(slug)
        if draft.kept_days > before.kept_days and draft.privacy_version == before.privacy_version:
            message = mark("People were promised fewer days. To keep their data longer, give the notice a new version.")
            raise InvalidInput(errors=(FieldError("kept_days", "longer", message),))
        if draft.slug != slug and await Edition.exists().where(Edition.slug == draft.slug):
            raise SlugTaken
        await Edition.update(None, **_values(draft)).where(Edition.id == before.id)
        await _write_parts(before.id, draft)
        after_commit(forget_current)
        after = await stored_edition(draft.slug)
        await audit.record(actor, "edition.changed", f"edition:{slug}", before=_told(before), after=_told(after))
        return after


async def make_current(actor: Actor, slug: str) -> EditionInfo:
    async with transaction():
        row = await Edition.select(Edition.id).where(Edition.slug == slug).first()
        if row is None:
            raise NotFound
        await _switch_to(row["id"])
        after_commit(forget_current)
        await audit.record(actor, "edition.made_current", f"edition:{slug}")
        return await stored_edition(slug)
