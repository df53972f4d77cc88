"""What an exhibitor shows, with its pictures, and who may read those."""

import msgspec

from core.accounts.roles import Actor, Role
from core.errors import NotFound
from core.files import queries as stored
from core.files.queries import FileInfo, Reach, readable
from exhibitors.queries.files import is_member
from exhibitors.rules.files import PUBLIC
from exhibitors.tables import ExhibitorProduct, Status

#: Of the pictures' files.
PURPOSE = "product"


class Product(msgspec.Struct, frozen=True):
    id: int
    name: str
    name_en: str
    text: str
    picture: FileInfo | None = None
    #: What the picture shows, for who does not see it; empty where it shows the product and no more is to be said.
    alt: str = ""


async def products(exhibitor: int) -> list[Product]:
    """In their order. Two queries, however many."""
    rows = (
        await ExhibitorProduct.select()
        .where(ExhibitorProduct.exhibitor == exhibitor, ExhibitorProduct.removed_at.is_null())
        .order_by(ExhibitorProduct.position)
        .order_by(ExhibitorProduct.id)
    )
    pictures = await stored.files([row["picture"] for row in rows if row["picture"] is not None])
    return [
        Product(row["id"], row["name"], row["name_en"], row["text"], pictures.get(row["picture"] or 0), row["alt"])
        for row in rows
    ]


async def one_product(exhibitor: int, product: int) -> Product:
    """:raises NotFound: also for another exhibitor's."""
    found = next((one for one in await products(exhibitor) if one.id == product), None)
    if found is None:
        raise NotFound
    return found


@readable(PURPOSE)
async def _reach(actor: Actor, file: int) -> Reach | None:
    row = (
        await ExhibitorProduct.select(
            ExhibitorProduct.exhibitor,
            ExhibitorProduct.exhibitor.status.as_alias("status"),
            ExhibitorProduct.exhibitor.listed.as_alias("listed"),
        )
        .where(ExhibitorProduct.picture == file, ExhibitorProduct.removed_at.is_null())
        .first()
    )
    if row is None:
        return None
    if row["listed"] and Status(row["status"]) in PUBLIC:
        return Reach.public
    if Role.reviewer in actor.roles or await is_member(actor, row["exhibitor"]):
        return Reach.private
    return None
