"""Who might get which booth, shown with its reasons; accepted as a whole, in part or changed by hand."""

from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.response import Redirect

from admin.booths import wish
from core import text
from core.accounts.roles import Actor, Role
from core.db import transaction
from core.editions.queries import EditionInfo, require_current
from core.errors import DomainError
from core.i18n import Locale, mark, translate
from exhibitors.queries import booths as queries
from exhibitors.queries.booths import Waiting
from exhibitors.rules import booths as rules
from exhibitors.rules.suggestion import Proposal
from exhibitors.services import booths as services
from exhibitors.services import halls
from exhibitors.tables import BoothKind
from gateway.access import actor_of, allow
from gateway.forms import Form, form_of, shown_errors
from gateway.locale import locale_of
from gateway.pages import flash, forget_pages, page


class Line(msgspec.Struct):
    """A firm with what is suggested, or what was typed instead, and what became of it."""

    number: str
    name: str
    wish: str
    codes: str
    reasons: list[str]
    chosen: bool
    error: str = ""


#: Between booths that are to be merged.
PLUS = "+"


def _written(proposal: Proposal) -> str:
    return (PLUS if proposal.merged else ", ").join(proposal.codes)


async def _give(actor: Actor, edition: EditionInfo, number: str, typed: str) -> None:
    """``A101+A102``: both are made one raw space for it first, or nothing is done."""
    if PLUS not in (bare := typed.replace("＋", PLUS)):
        await services.give(actor, edition, number, rules.codes(bare))
        return
    parts = rules.codes(bare.replace(PLUS, " "))
    whole = rules.code(f"{parts[0]}-{parts[-1]}")
    async with transaction():
        await halls.merge(actor, edition, parts, whole, BoothKind.raw)
        await services.give(actor, edition, number, [whole])


def _lines(found: list[tuple[Waiting, Proposal]], locale: Locale, form: Form | None) -> list[Line]:
    ticked = set(form.many.get("take", [])) if form is not None else None
    return [
        Line(
            one.number,
            one.called(locale),
            wish(locale, one.kind, one.count, one.area_m2),
            form.text(f"codes-{one.number}", 400) if form is not None else _written(proposal),
            [translate(locale, reason.text, **reason.values) for reason in proposal.reasons],
            one.number in ticked if ticked is not None else bool(proposal.codes) and not proposal.merged,
        )
        for one, proposal in found
    ]


@get("/admin/booths/suggestion", opt=allow(Role.organizer))
async def suggestion(request: Request[Any, Any, Any]) -> Response[Any]:
    edition, locale = await require_current(), locale_of(request)
    lines = _lines(await queries.suggestion(edition), locale, None)
    return page(request, "admin/suggestion.html", lines=lines, given=0)


@post("/admin/booths/suggestion", opt=allow(Role.organizer))
async def accept(request: Request[Any, Any, Any]) -> Response[Any]:
    """Each is given by itself: what was taken meanwhile is said, and the others stand."""
    edition, form, locale = await require_current(), await form_of(request), locale_of(request)
    lines = _lines(await queries.suggestion(edition), locale, form)
    given = 0
    for line in lines:
        if not line.chosen:
            continue
        try:
            await _give(actor_of(request), edition, line.number, line.codes)
        except text.Fault as fault:
            line.error = translate(locale, fault.message)
        except DomainError as refused:
            line.error = next(iter(shown_errors(refused, locale).values()))
        else:
            given += 1
            line.number = ""
    forget_pages()
    if any(line.error for line in lines):
        left = [line for line in lines if line.number]
        return page(request, "admin/suggestion.html", status_code=409, lines=left, given=given)
    answer = Redirect("/admin/booths", status_code=303)
    flash(answer, mark("%(n)s exhibitors were given booths; they hear of it by mail."), n=given)
    return answer


ROUTES: list[Any] = [suggestion, accept]
