"""Products, each with a picture if there is one."""

from typing import Any

import msgspec

from core import clock
from core.accounts.roles import Actor
from core.audit import services as audit
from core.db import transaction
from core.editions.queries import EditionInfo
from core.errors import FieldError, InvalidInput, NotFound
from core.files import held
from core.files.services import forget
from core.i18n import mark
from exhibitors.queries import desk
from exhibitors.queries.products import PURPOSE, one_product, products
from exhibitors.services import directory
from exhibitors.services.desk.said import paragraphs, subject
from exhibitors.tables import Exhibitor, ExhibitorProduct

MOST_PRODUCTS = 50


class _Checked(msgspec.Struct, frozen=True):
    name: str
    name_en: str
    text: str
    alt: str


def checked(name: str, name_en: str, about: str, alt: str) -> _Checked:
    """:raises InvalidInput: 422, all that is wrong at once."""
    found: list[str] = []
    faults: list[FieldError] = []
    for field, typed, longest, required in (
        ("name", name, 100, True),
        ("name_en", name_en, 100, False),
        ("text", about, 1000, False),
        ("alt", alt, 200, False),
    ):
        try:
            said = paragraphs(field, typed, longest, required=required)
        except InvalidInput as refused:
            faults += refused.errors
            continue
        found.append(said if field == "text" else said.replace("\n", " "))
    if faults:
        raise InvalidInput(errors=tuple(faults))
    return _Checked(*found)


async def add_product(
    actor: Actor,
    edition: EditionInfo,
    number: str,
    *,
    name: str,
    name_en: str,
    about: str,
    picture: held.Ready | None = None,
    alt: str = "",
) -> None:
    """:raises InvalidInput: 422. :raises HeldGone: 409."""
    exhibitor = await desk.opened_by(actor, edition, number)
    said = checked(name, name_en, about, alt)
    async with transaction():
        await _lock(exhibitor)
        rows = await ExhibitorProduct.select(ExhibitorProduct.position).where(
            ExhibitorProduct.exhibitor == exhibitor, ExhibitorProduct.removed_at.is_null()
        )
        if len(rows) >= MOST_PRODUCTS:
            many = mark("Fifty products are enough for a booth.")
            raise InvalidInput(errors=(FieldError("name", "too_many", many),))
        await ExhibitorProduct.insert(
            ExhibitorProduct(
                exhibitor=exhibitor,
                name=said.name,
                name_en=said.name_en,
                text=said.text,
                alt=said.alt,
                picture=None if picture is None else await held.keep(actor, picture, PURPOSE),
                position=max((row["position"] for row in rows), default=-1) + 1,
            )
        )
        await directory.refresh([exhibitor])
        after = {"name": said.name, **_seen(picture)}
        await audit.record(actor, "exhibitor.product_added", subject(edition, number), after=after)


async def change_product(
    actor: Actor,
    edition: EditionInfo,
    number: str,
    product: int,
    *,
    name: str,
    name_en: str,
    about: str,
    picture: held.Ready | None = None,
    alt: str = "",
    without_picture: bool = False,
) -> None:
    """A picture takes the place of the one before. :raises NotFound: 404. :raises InvalidInput: 422.
    :raises HeldGone: 409."""
    exhibitor = await desk.opened_by(actor, edition, number)
    said = checked(name, name_en, about, alt)
    async with transaction():
        await _lock(exhibitor)
        before = await one_product(exhibitor, product)
        changed: dict[Any, Any] = {
            ExhibitorProduct.name: said.name,
            ExhibitorProduct.name_en: said.name_en,
            ExhibitorProduct.text: said.text,
            ExhibitorProduct.alt: said.alt,
        }
        if picture is not None:
            changed[ExhibitorProduct.picture] = await held.keep(actor, picture, PURPOSE)
        elif without_picture:
            changed |= {ExhibitorProduct.picture: None, ExhibitorProduct.alt: ""}
        await ExhibitorProduct.update(changed).where(ExhibitorProduct.id == product)
        if before.picture is not None and ExhibitorProduct.picture in changed:
            await forget([before.picture.id])
        await directory.refresh([exhibitor])
        await audit.record(
            actor,
            "exhibitor.product_changed",
            subject(edition, number),
            before={"name": before.name},
            after={"name": said.name, **_seen(picture)},
        )


async def move_product(actor: Actor, edition: EditionInfo, number: str, product: int, *, down: bool) -> None:
    """One place up or down; at the end it stays. :raises NotFound: 404."""
    exhibitor = await desk.opened_by(actor, edition, number)
    async with transaction():
        await _lock(exhibitor)
        order = [one.id for one in await products(exhibitor)]
        if product not in order:
            raise NotFound
        at = order.index(product)
        to = at + (1 if down else -1)
        if not 0 <= to < len(order):
            return
        order[at], order[to] = order[to], order[at]
        for position, one in enumerate(order):
            await ExhibitorProduct.update({ExhibitorProduct.position: position}).where(
                ExhibitorProduct.id == one, ExhibitorProduct.position != position
            )


async def remove_product(actor: Actor, edition: EditionInfo, number: str, product: int) -> None:
    """Its picture goes for good. :raises NotFound: 404."""
    exhibitor = await desk.opened_by(actor, edition, number)
    async with transaction():
        await _lock(exhibitor)
        before = await one_product(exhibitor, product)
        await ExhibitorProduct.update({ExhibitorProduct.removed_at: clock.now(), ExhibitorProduct.picture: None}).where(
            ExhibitorProduct.id == product
        )
        if before.picture is not None:
            await forget([before.picture.id])
        await directory.refresh([exhibitor])
        await audit.record(actor, "exhibitor.product_removed", subject(edition, number), before={"name": before.name})


async def _lock(exhibitor: int) -> None:
    """The row is written to, so that two at once come one after the other."""
    await Exhibitor.update({Exhibitor.changed_at: clock.now()}).where(Exhibitor.id == exhibitor)


def _seen(picture: held.Ready | None) -> dict[str, str]:
    return {} if picture is None else {"picture": picture.sha256}
