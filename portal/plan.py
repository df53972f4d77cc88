"""The public plan: ``/exhibitors?view=plan``. Who is in the directory and holds a booth stands on it by name; whoever
is not in the directory has no name here either."""

import asyncio
import re
from typing import Any
from urllib.parse import quote

import msgspec
from litestar import Response

from core.editions.queries import EditionInfo
from core.i18n import Locale, mark, translate
from exhibitors.queries import booths as queries
from exhibitors.queries import directory as listed
from exhibitors.queries.booths import BoothInfo, HallInfo
from exhibitors.queries.directory import Wanted
from exhibitors.rules import way as ways
from exhibitors.rules.booths import BoothState
from exhibitors.rules.directory import LONGEST_QUERY
from exhibitors.rules.way import Floor
from gateway.halls import Look, draw, square
from gateway.locale import locale_of, size_of
from gateway.pages import public_page
from portal.directory import VIEWS, Asked

#: Of a search on the plan.
FOUND = 30
#: The addresses that the page itself writes, and that are kept as other public pages are.
_KEPT = re.compile(rb"view=plan(&(hall|firm)=[A-Za-z0-9%._~-]{1,60})?")


class Firm(msgspec.Struct, frozen=True):
    number: str
    name: str
    booths: tuple[BoothInfo, ...]


def address(firm: str = "", hall: str = "") -> str:
    more = f"&firm={quote(firm, safe='')}" if firm else f"&hall={quote(hall, safe='')}" if hall else ""
    return f"/exhibitors?view=plan{more}"


def _firms(plan: tuple[HallInfo, ...], public: set[int], locale: Locale) -> dict[str, Firm]:
    found: dict[str, list[BoothInfo]] = {}
    for hall in plan:
        for booth in hall.booths:
            if booth.holder is not None and booth.holder.id in public:
                found.setdefault(booth.holder.number, []).append(booth)
    return {
        number: Firm(number, of[0].holder.called(locale) if of[0].holder else "", tuple(of))
        for number, of in found.items()
    }


_SIDES = {
    "left": mark("on your left"),
    "right": mark("on your right"),
    "ahead": mark("straight ahead"),
}


def _words(hall: HallInfo, found: ways.Way, locale: Locale) -> str:
    if found.aisle:
        text = (
            mark("%(hall)s: aisle %(n)s from the entrance, %(side)s; about %(metres)s m.")
            if found.across
            else mark("%(hall)s: side aisle %(n)s, counted from the entrance, %(side)s; about %(metres)s m.")
        )
    else:
        text = mark("%(hall)s: follow the dotted line, then %(side)s; about %(metres)s m.")
    side = translate(locale, _SIDES[found.side])
    return translate(locale, text, hall=hall.called(locale), n=found.aisle, side=side, metres=found.metres)


def _way(hall: HallInfo, booth: BoothInfo) -> ways.Way | None:
    floor = Floor(hall.width, hall.height, hall.entrance, tuple(one.rect for one in hall.booths))
    return ways.way(floor, booth.rect)


async def _values(request: Asked, edition: EditionInfo) -> dict[str, Any]:
    locale, asked = locale_of(request), request.query_params
    plan = await queries.plan(edition)
    firms = _firms(plan, await queries.listed(edition), locale)
    q = asked.get("q", "").replace("\x00", "")[: LONGEST_QUERY * 4].strip()
    results: list[Firm] = []
    if q:
        found = await listed.search(edition, Wanted(q=q), locale, page=1, size=FOUND)
        results = [firms[card.number] for card in found.cards if card.number in firms]
        code = q.upper()
        results += [firm for firm in firms.values() if firm not in results and any(b.code == code for b in firm.booths)]
    firm = firms.get(asked.get("firm", ""))
    if firm is None and len(results) == 1:
        firm, results = results[0], []
    wanted = firm.booths[0].hall if firm else asked.get("hall", "")
    hall = next((one for one in plan if one.code == wanted), plan[0] if plan else None)
    drawing, words, way = None, "", None
    if hall is not None:
        chosen = [booth.code for booth in firm.booths] if firm else []
        if firm:
            way = await asyncio.to_thread(_way, hall, firm.booths[0])
            words = _words(hall, way, locale) if way else ""

        def look(booth: BoothInfo) -> Look:
            own = firms.get(booth.holder.number) if booth.holder else None
            if own is not None:
                return Look(BoothState.confirmed, own.name, f"{address(own.number)}#here")
            return Look(BoothState.held if booth.holder else BoothState.free)

        drawing = draw(hall, locale, size_of(request), look, chosen=chosen, way=way.points if way else (), public=True)
    return {
        "edition": edition,
        "plan": plan,
        "hall": hall,
        "drawing": drawing,
        "firm": firm,
        "words": words,
        "q": q,
        "results": results,
        "in_hall": [one for one in firms.values() if hall and any(booth.hall == hall.code for booth in one.booths)],
        "address": address,
        "square": square,
    }


async def plan(request: Asked, edition: EditionInfo) -> Response[Any]:
    query = request.scope["query_string"]
    kept = query.decode() if _KEPT.fullmatch(query) else None

    async def values() -> dict[str, Any]:
        return await _values(request, edition)

    return await public_page(request, "portal/plan.html", edition, values, query=kept)


VIEWS["plan"] = plan
