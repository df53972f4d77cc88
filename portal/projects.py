"""Projects for everybody: what is published, without contacts."""

from typing import Any

from litestar import Request, Response, get
from litestar.params import FromPath

from core import money
from core.editions.queries import current_edition
from core.errors import NotFound
from core.i18n import mark
from gateway.access import PUBLIC
from gateway.locale import locale_of
from gateway.pages import page, public_page
from portal.directory import names_of
from portal.pages import values_of
from projects.queries import agenda as timetable
from projects.queries import projects as queries
from projects.queries.projects import Filter

Asked = Request[Any, Any, Any]

PHASES = {
    "idea": mark("Idea"),
    "building": mark("Under construction"),
    "operating": mark("In operation"),
    "expanding": mark("Expanding"),
}
COOPERATION = {
    "investment": mark("Investment"),
    "operation": mark("Operation"),
    "technology": mark("Technology"),
    "procurement": mark("Procurement"),
    "land": mark("Land"),
    "franchise": mark("Franchise"),
}


@get("/projects", opt=PUBLIC)
async def projects(request: Asked) -> Response[Any]:
    edition = await current_edition()
    if edition is None:
        return page(request, "portal/no_edition.html")
    locale = locale_of(request)
    field, q = request.query_params.get("field", ""), request.query_params.get("q", "").replace("\x00", "")[:100]
    if field not in {choice.code for choice in edition.all_fields}:
        field = ""

    async def values() -> dict[str, Any]:
        found = await queries.published(edition, Filter(field=field or None, q=q or None))
        slots = {slot.project: slot for slot in await timetable.agenda(edition) if slot.project}
        return {
            **values_of(edition),
            "found": found,
            "slots": slots,
            "field": field,
            "q": q,
            "names": names_of(edition, locale),
            "fields": [(choice.code, choice.name(locale)) for choice in edition.fields],
            "money": lambda fen: money.display(locale, fen),
            "phases": PHASES,
        }

    return await public_page(request, "portal/projects.html", (edition, "projects"), values)


@get("/projects/{number:str}", opt=PUBLIC)
async def project(request: Asked, number: FromPath[str]) -> Response[Any]:
    edition = await current_edition()
    if edition is None or not (number.isascii() and number.isalnum()):
        raise NotFound
    locale = locale_of(request)
    one = await queries.published_one(edition, number)
    return page(
        request,
        "portal/project.html",
        edition=edition,
        one=one,
        slot=await timetable.slot_of(edition, one.id),
        names=names_of(edition, locale),
        money=lambda fen: money.display(locale, fen),
        phases=PHASES,
        cooperation=COOPERATION,
    )


ROUTES: list[Any] = [projects, project]
