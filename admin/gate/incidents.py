"""The desk in the hall: lost persons, wheelchairs, first aid; what one shift tells the next."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from admin.home import Asked, Card, card
from checkin.queries import incidents as queries
from checkin.rules.incidents import IncidentIn
from checkin.services import incidents as services
from checkin.tables import IncidentKind
from core.accounts.roles import Role
from core.editions.queries import EditionInfo, require_current
from core.errors import FieldError, InvalidInput, NotFound
from core.i18n import Locale, formats, mark, plural, translate
from gateway.access import actor_of, allow
from gateway.forms import Form, form_of, shown_errors
from gateway.lists import after_of, listing
from gateway.locale import locale_of
from gateway.pages import flash, page

PAGE = 50
HOME = "/admin/gate/incidents"
KINDS = {
    IncidentKind.lost_person: mark("Somebody is missed"),
    IncidentKind.found_person: mark("Somebody was found"),
    IncidentKind.wheelchair: mark("Wheelchair"),
    IncidentKind.first_aid: mark("First aid"),
    IncidentKind.lost_property: mark("Lost and found"),
    IncidentKind.other: mark("Something else"),
}


def _kinds(locale: Locale) -> list[tuple[str, str]]:
    return [(kind.value, translate(locale, text)) for kind, text in KINDS.items()]


@card(Role.gate)
async def _open(asked: Asked) -> Card | None:
    if asked.edition is None or not (waiting := await queries.count(asked.edition, state="open")):
        return None
    return Card(
        translate(asked.locale, "Service desk"),
        formats.number(waiting),
        plural(asked.locale, "%(n)s matter is open", "%(n)s matters are open", waiting),
        HOME,
        attention=True,
    )


async def _show(
    request: Request[Any, Any, Any], typed: Form | None = None, errors: dict[str, str] | None = None
) -> Response[Any]:
    edition, locale = await require_current(), locale_of(request)
    asked = request.query_params if typed is None else {}
    kind = IncidentKind(asked["kind"]) if asked.get("kind") in IncidentKind.__members__ else None
    state = asked.get("state", "open" if typed is None and not asked else "")
    q = asked.get("q", "").strip()[:100]
    after = after_of(request, asked.get("cursor"))
    found = await queries.incidents(
        edition, kind=kind, state=state, q=q, before=int(after[0]) if after else None, limit=PAGE + 1
    )
    total = await queries.count(edition, kind=kind, state=state, q=q)
    piece = listing(request, found, PAGE, total, key=lambda one: (one.id,))
    wanted = {"kind": kind.value if kind else "", "state": state, "q": q}
    return page(
        request,
        "admin/gate/incidents.html",
        status_code=422 if errors else 200,
        edition=edition,
        incidents=piece.items,
        total=total,
        next_url=f"{HOME}?{urlencode({**wanted, 'cursor': piece.next})}" if piece.next else "",
        wanted=wanted,
        filtered=bool(kind or q),
        notes=await queries.notes(edition, None),
        kinds=_kinds(locale),
        kind_names={kind: translate(locale, text) for kind, text in KINDS.items()},
        typed=typed or Form(),
        errors=errors or {},
    )


@get(HOME, opt=allow(Role.gate))
async def incidents(request: Request[Any, Any, Any]) -> Response[Any]:
    return await _show(request)


def _moment(typed: str, edition: EditionInfo) -> datetime | None:
    """:raises InvalidInput: no time."""
    if not typed.strip():
        return None
    try:
        return datetime.fromisoformat(typed.strip()).replace(tzinfo=edition.zone)
    except ValueError:
        message = mark("Please write day and time as 2026-09-14T09:00.")
        raise InvalidInput(errors=(FieldError("happened_at", "moment", message),)) from None


@post(HOME, opt=allow(Role.gate))
async def report(request: Request[Any, Any, Any]) -> Response[Any]:
    edition, form, actor = await require_current(), await form_of(request), actor_of(request)
    try:
        number = await services.report(
            actor,
            edition,
            IncidentIn(
                form.text("kind", 40),
                form.text("place", 500),
                form.text("what"),
                form.text("person", 500),
                form.text("mobile", 100),
                _moment(form.text("happened_at", 40), edition),
            ),
        )
    except InvalidInput as refused:
        return await _show(request, form, shown_errors(refused, locale_of(request)))
    answer = Redirect(f"{HOME}/{number}", status_code=303)
    flash(answer, mark("Written down."))
    return answer


@post(HOME + "/notes", opt=allow(Role.gate))
async def hand_over(request: Request[Any, Any, Any]) -> Response[Any]:
    form = await form_of(request)
    try:
        await services.note(actor_of(request), await require_current(), None, form.text("text"))
    except InvalidInput as refused:
        return await _show(request, form, shown_errors(refused, locale_of(request)))
    answer = Redirect(HOME, status_code=303)
    flash(answer, mark("The note is kept."))
    return answer


async def _one(
    request: Request[Any, Any, Any], number: int, typed: Form | None = None, errors: dict[str, str] | None = None
) -> Response[Any]:
    edition, locale = await require_current(), locale_of(request)
    one = await queries.incident(edition, number)
    return page(
        request,
        "admin/gate/incident.html",
        status_code=422 if errors else 200,
        edition=edition,
        one=one,
        kind_name=translate(locale, KINDS[one.kind]),
        notes=await queries.notes(edition, number),
        typed=typed or Form(),
        errors=errors or {},
    )


@get(HOME + "/{number:int}", opt=allow(Role.gate))
async def incident(request: Request[Any, Any, Any], number: FromPath[int]) -> Response[Any]:
    return await _one(request, number)


@post(HOME + "/{number:int}/{act:str}", opt=allow(Role.gate))
async def act(request: Request[Any, Any, Any], number: FromPath[int], act: FromPath[str]) -> Response[Any]:
    edition, form, actor = await require_current(), await form_of(request), actor_of(request)
    answer = Redirect(f"{HOME}/{number}", status_code=303)
    try:
        match act:
            case "note":
                await services.note(actor, edition, number, form.text("text"))
                flash(answer, mark("The note is kept."))
            case "handle":
                await services.handle(actor, edition, number, form.text("text"))
                flash(answer, mark("It is settled. You can open it again below."))
            case "reopen":
                await services.reopen(actor, edition, number)
                flash(answer, mark("It is open again."))
            case _:
                raise NotFound
    except InvalidInput as refused:
        return await _one(request, number, form, shown_errors(refused, locale_of(request)))
    return answer


ROUTES: list[Any] = [incidents, report, hand_over, incident, act]
