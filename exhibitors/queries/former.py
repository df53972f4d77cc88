"""Applications to other editions, from which a new one can begin."""

from typing import Any

import msgspec

from core.accounts.roles import Actor
from core.editions.queries import EditionInfo
from core.i18n import Locale
from core.search import contains
from exhibitors.queries.applications import ExhibitorDetail, detail_of
from exhibitors.tables import Exhibitor, ExhibitorMember


class Former(msgspec.Struct, frozen=True):
    id: int
    number: str
    name: str
    edition_zh: str
    edition_en: str

    def edition(self, locale: Locale) -> str:
        return self.edition_en if locale == "en" else self.edition_zh


_COLUMNS = (
    Exhibitor.id,
    Exhibitor.number,
    Exhibitor.name,
    Exhibitor.edition.name_zh.as_alias("edition_zh"),
    Exhibitor.edition.name_en.as_alias("edition_en"),
)


async def _lines(where: Any, limit: int) -> list[Former]:
    rows = await Exhibitor.select(*_COLUMNS).where(where).order_by(Exhibitor.id, ascending=False).limit(limit)
    return [msgspec.convert(row, Former) for row in rows]


def _own(actor: Actor) -> Any:
    return Exhibitor.id.is_in(
        ExhibitorMember.select(ExhibitorMember.exhibitor).where(ExhibitorMember.account == actor.id)
    )


async def former_of(actor: Actor, edition: EditionInfo, *, limit: int = 10) -> list[Former]:
    """Those whose desk this person may use; the latest first."""
    if actor.kind != "account":
        return []
    return await _lines(_own(actor) & (Exhibitor.edition != edition.id), limit)


async def find_former(edition: EditionInfo, q: str, *, limit: int = 20) -> list[Former]:
    """By name, number or credit code, for organizers."""
    return await _lines((Exhibitor.edition != edition.id) & contains(Exhibitor.search, q), limit)


async def former(edition: EditionInfo, exhibitor: int, *, of: Actor | None = None) -> ExhibitorDetail | None:
    """With ``of`` only where that person may use its desk."""
    where: Any = (Exhibitor.id == exhibitor) & (Exhibitor.edition != edition.id)
    if of is not None:
        if of.kind != "account":
            return None
        where &= _own(of)
    row = await Exhibitor.select().where(where).first()
    return None if row is None else await detail_of(row)
