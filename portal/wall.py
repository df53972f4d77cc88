"""The signing wall: what was signed, or, during a ceremony, what is revealed on the stage."""

from datetime import date
from typing import Any

from litestar import Request, Response, get

from core import clock, money
from core.accounts.roles import Role
from core.editions.queries import EditionInfo, current_edition
from core.i18n import Locale, formats
from deals.queries import totals
from deals.queries import wall as queries
from deals.queries.wall import Wall
from gateway import deals as words
from gateway.access import PUBLIC, actor_of
from gateway.locale import locale_of
from gateway.pages import public_page


def _values(edition: EditionInfo, found: Wall, locale: Locale, whole: bool) -> dict[str, Any]:
    fields = {choice.code: choice.name(locale) for choice in edition.all_fields}
    return {
        "edition": edition,
        "found": found,
        "whole": whole,
        "at": clock.now(),
        "by_field": [(fields.get(line.key, line.key), line) for line in found.totals.by_field],
        "kinds": words.words(locale, words.KINDS),
        "day_of": lambda key: formats.day(locale, date.fromisoformat(key)),
        "grouped": money.grouped,
        "display": lambda fen: money.display(locale, fen),
    }


@get("/wall", opt=PUBLIC)
async def wall(request: Request[Any, Any, Any]) -> Response[Any]:
    """With ``part`` only what changes. Figures are for viewers, and for everybody where the edition says so; its
    fields, days and single signings where it says that too."""
    edition = await current_edition()
    if edition is None:
        return await public_page(request, "portal/no_edition.html", None)
    part = "part" in request.query_params
    template = "portal/_wall.html" if part else "portal/wall.html"
    viewer = Role.viewer in actor_of(request).roles
    locale = locale_of(request)

    async def closed() -> dict[str, Any]:
        return {"edition": edition, "found": None}

    query = "part=1" if request.scope["query_string"] == b"part=1" else None
    if not viewer and not edition.totals_public:
        return await public_page(request, template, edition, closed, query=query)
    whole = viewer or edition.breakdown_public
    # Read before the figures: what is newer than it says is read anew with the next one. A ceremony's steps count, too.
    version = await totals.version(edition)

    async def values() -> dict[str, Any]:
        return _values(edition, await queries.wall(edition), locale, whole)

    return await public_page(request, template, (edition, version), values, query=query)


ROUTES: list[Any] = [wall]
