"""From a pitch to a signature (转化漏斗): how far the projects got, in all and one by one."""

import asyncio
from typing import Any

from litestar import Request, Response, get

from admin.projects import HOME
from core import money
from core.accounts.roles import Role
from core.editions.queries import require_current
from core.files.sheets import DAY_AND_TIME, TEXT, Column, on_the_wall, xlsx
from core.i18n import mark, translate
from deals.queries import funnel as queries
from deals.rules.funnel import Stage, funnel, ordered
from gateway.access import allow
from gateway.locale import locale_of
from gateway.pages import page
from gateway.projects import named
from gateway.sheets import spreadsheet

STAGES: dict[str, str] = {
    Stage.pitch: mark("Pitched"),
    Stage.interest: mark("Somebody is interested"),
    Stage.meeting: mark("Met a partner"),
    Stage.intent: mark("One of the two wants to sign"),
    Stage.signed: mark("Signed a deal"),
}
_COLUMNS = (
    (mark("Number"), 12, TEXT),
    (mark("Title of the project"), 36, "General"),
    (mark("Owner"), 28, "General"),
    (mark("Interested"), 12, "0"),
    (mark("Meetings held"), 12, "0"),
    (mark("Want to sign"), 12, "0"),
    (mark("Deals"), 12, "0"),
    (mark("Amount in yuan"), 22, TEXT),
)


@get(HOME + "/funnel", opt=allow(Role.organizer))
async def show(request: Request[Any, Any, Any]) -> Response[Any]:
    edition, locale = await require_current(), locale_of(request)
    lines = await queries.lines(edition)
    return page(
        request,
        "admin/projects/funnel.html",
        edition=edition,
        steps=funnel(lines),
        lines=ordered(lines),
        stages=named(STAGES, locale),
        money=lambda fen: money.in_units(locale, fen),
    )


@get(HOME + "/funnel.xlsx", opt=allow(Role.organizer))
async def sheet(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Amounts are text, exact to the fen; of deals that are undisclosed none stands here."""
    edition, locale = await require_current(), locale_of(request)
    stages = named(STAGES, locale)
    columns = [Column(translate(locale, heading), width, shape) for heading, width, shape in _COLUMNS]
    columns += [
        Column(f"{stages[stage]}: {translate(locale, mark('first time'))}", 18, DAY_AND_TIME) for stage in Stage
    ]
    rows = []
    for line in ordered(await queries.lines(edition)):
        counts = [line.interests, line.meetings, line.intents, line.deals]
        firsts = [on_the_wall(line.at.get(stage), edition.timezone) for stage in Stage]
        amount = money.plain(line.fen) if line.deals > line.bare else None
        rows.append([line.project, line.name(locale), line.owner, *counts, amount, *firsts])
    made = await asyncio.to_thread(xlsx, translate(locale, mark("From pitch to signature")), columns, rows)
    return spreadsheet(made, "funnel")


ROUTES: list[Any] = [show, sheet]
