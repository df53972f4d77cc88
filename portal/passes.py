"""Who builds, and passes for people and vehicles, in the exhibitor's desk (搭建商, 施工证, 车辆通行证)."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from core import clock
from core.errors import DomainError, NotFound
from core.i18n import mark, translate
from exhibitors.queries import desk as desks
from exhibitors.queries import moves
from exhibitors.queries import passes as queries
from exhibitors.queries.files import files_of
from exhibitors.rules import passes as rules
from exhibitors.rules.desk import ADMITTED
from exhibitors.services import passes as services
from exhibitors.tables import FileKind, PassKind, PassState
from gateway.access import SIGNED_IN
from gateway.forms import Form, form_of, shown_errors
from gateway.pages import flash, page
from portal.desk.frame import Asked, Desk, desk_page, opened
from portal.signin import redirect

STATES = {
    PassState.submitted: mark("With the organizers"),
    PassState.approved: mark("Approved"),
    PassState.changes: mark("Sent back"),
}


async def _show(
    request: Asked, desk: Desk, typed: Form | None = None, errors: dict[str, str] | None = None
) -> Response[Any]:
    own, passes = await moves.halls_of(desk.id), await queries.passes_of(desk.id)
    terms, until = await queries.terms_of(desk.edition)
    area, now = await desks.area_of(desk.id), clock.now()
    return desk_page(
        request,
        desk,
        "passes",
        contractor=await queries.contractor_of(desk.id),
        papers=await files_of(desk.id, FileKind.contractor),
        passes=passes,
        left={
            kind.value: rules.quota(kind, terms, area) - sum(one.kind is kind for one in passes) for kind in PassKind
        },
        until=until,
        over=until is not None and desk.edition.today() > until,
        windows=[
            one
            for one in await moves.windows(desk.edition)
            if one.ends_at > now and (not one.hall or not own or one.hall in own)
        ],
        may_ask=desk.one.status in ADMITTED,
        labels={state: translate(desk.locale, label) for state, label in STATES.items()},
        typed=typed or Form(),
        errors=errors or {},
    )


@get("/portal/{number:str}/passes", opt=SIGNED_IN)
async def passes(request: Asked, number: FromPath[str]) -> Response[Any]:
    return await _show(request, await opened(request, number))


def _slot(form: Form) -> int | None:
    chosen = form.text("slot", 12)
    return int(chosen) if chosen.isascii() and chosen.isdecimal() and len(chosen) < 10 else None


async def _do(desk: Desk, form: Form, act: str) -> str:
    """What is said when it is done."""
    who = (desk.actor, desk.edition, desk.number)
    match act:
        case "contractor":
            name, person, mobile = (form.text(field, 1000) for field in ("contractor", "person", "person_mobile"))
            await services.name_contractor(*who, name, person, mobile)
            return mark("Saved.")
        case "worker" | "vehicle":
            kind = PassKind(act)
            name, mobile = form.text(f"{act}_name", 1000), form.text(f"{act}_mobile", 1000)
            draft = rules.checked_pass(
                kind, name, mobile, form.text("trade", 1000), form.text("plate", 100), _slot(form)
            )
            await services.ask(*who, draft)
            return mark("The pass is applied for.")
        case "withdraw":
            chosen = form.text("pass", 12)
            if not (chosen.isascii() and chosen.isdecimal() and len(chosen) < 10):
                raise NotFound
            await services.withdraw(*who, int(chosen))
            return mark("The pass is withdrawn.")
    raise NotFound


@post("/portal/{number:str}/passes/{act:str}", opt=SIGNED_IN)
async def act(request: Asked, number: FromPath[str], act: FromPath[str]) -> Response[Any]:
    desk, form = await opened(request, number), await form_of(request)
    answer = redirect(f"/portal/{desk.number}/passes")
    try:
        flash(answer, await _do(desk, form, act))
    except NotFound:
        raise
    except DomainError as refused:
        return await _show(request, desk, form, shown_errors(refused, desk.locale))
    return answer


@get("/portal/{number:str}/passes/print", opt=SIGNED_IN)
async def printed(request: Asked, number: FromPath[str]) -> Response[Any]:
    desk = await opened(request, number)
    approved = await queries.approved(desk.edition, desk.number)
    return page(
        request, "passes_print.html", edition=desk.edition, passes=approved, back=f"/portal/{desk.number}/passes"
    )


ROUTES: list[Any] = [passes, act, printed]
