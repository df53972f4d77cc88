"""Products."""

from core import clock
from core.accounts.roles import Actor
from core.audit import services as audit
from core.db import transaction
from core.editions.queries import EditionInfo
from core.errors import FieldError, InvalidInput, NotFound
from core.i18n import mark
from exhibitors.queries import desk
from exhibitors.services import directory
from exhibitors.services.desk.said import paragraphs, subject
from exhibitors.tables import ExhibitorProduct

MOST_PRODUCTS = 50


async def add_product(actor: Actor, edition: EditionInfo, number: str, *, name: str, name_en: str, about: str) -> None:
    exhibitor = await desk.opened_by(actor, edition, number)
    title = paragraphs("name", name, 100, required=True).replace("\n", " ")
    english = paragraphs("name_en", name_en, 100).replace("\n", " ")
    said = paragraphs("text", about, 1000)
    have = await desk.products(exhibitor)
    if len(have) >= MOST_PRODUCTS:
        raise InvalidInput(errors=(FieldError("name", "too_many", mark("Fifty products are enough for a booth.")),))
    async with transaction():
        await ExhibitorProduct.insert(
            ExhibitorProduct(exhibitor=exhibitor, name=title, name_en=english, text=said, position=len(have))
        )
        await directory.refresh([exhibitor])
        await audit.record(actor, "exhibitor.product_added", subject(edition, number), after={"name": title})


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
            actor, "exhibitor.product_removed", subject(edition, number), before={"name": gone[0]["name"]}
        )
