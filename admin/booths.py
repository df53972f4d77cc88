"""Booths in the desk: the plan and the list, one booth, and giving, moving, swapping, merging from there."""

from typing import Any
from urllib.parse import quote, urlencode

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from admin.home import Asked, Card, card
from core import text
from core.accounts.roles import Actor, Role
from core.editions.queries import EditionInfo, require_current
from core.errors import DomainError, FieldError, InvalidInput, NotFound
from core.i18n import Locale, mark, plural, translate
from exhibitors.queries import booths as queries
from exhibitors.queries.applications import exhibitor_numbered
from exhibitors.queries.booths import BoothInfo, Candidate, HallInfo
from exhibitors.rules import booths as rules
from exhibitors.rules.applications import Booth as Wish
from exhibitors.rules.booths import BoothState
from exhibitors.rules.plan import Rect
from exhibitors.services import booths as services
from exhibitors.services import halls
from exhibitors.tables import BoothKind
from gateway.access import actor_of, allow
from gateway.forms import Form, form_of, shown_errors
from gateway.halls import ZOOMS, Look, draw, kinds, metres, square, states
from gateway.locale import locale_of, size_of
from gateway.pages import flash, forget_pages, page

FOUND = 30


def address(code: str) -> str:
    return f"/admin/booths/{quote(code)}"


def wish(locale: Locale, kind: BoothKind, count: int | None, area: int | None) -> str:
    if kind is BoothKind.raw:
        return translate(locale, "%(area)s m² raw space", area=area or 0)
    return plural(locale, "%(n)s standard booth", "%(n)s standard booths", count or 1)


def _hall(plan: tuple[HallInfo, ...], asked: str) -> HallInfo | None:
    return next((hall for hall in plan if hall.code == asked), plan[0] if plan else None)


def _counts(plan: tuple[HallInfo, ...]) -> dict[str, int]:
    return {state.value: sum(hall.count(state) for hall in plan) for state in BoothState}


@card(Role.organizer)
async def _waiting(asked: Asked) -> Card | None:
    """Who was approved and holds no booth, once there are booths."""
    if asked.edition is None or not await queries.count_booths(asked.edition):
        return None
    n = await queries.count_waiting(asked.edition)
    note = mark("approved, and without a booth") if n else mark("everybody approved holds a booth")
    title, said = translate(asked.locale, "Booths"), translate(asked.locale, note)
    return Card(title, str(n), said, "/admin/booths/suggestion" if n else "/admin/booths")


@get("/admin/booths", opt=allow(Role.organizer))
async def overview(request: Request[Any, Any, Any]) -> Response[Any]:
    edition, locale, asked = await require_current(), locale_of(request), request.query_params
    plan = await queries.plan(edition)
    hall = _hall(plan, asked.get("hall", ""))
    zoom = asked.get("zoom", "100") if asked.get("zoom") in ZOOMS else "100"
    view = "list" if asked.get("view") == "list" else "plan"
    state = asked.get("state", "") if asked.get("state") in BoothState.__members__ else ""
    drawing = None
    if hall is not None and view == "plan":
        drawing = draw(
            hall,
            locale,
            size_of(request),
            lambda one: Look(one.state, one.holder.called(locale) if one.holder else "", address(one.code)),
            zoom=ZOOMS[zoom],
        )

    def link(**other: str) -> str:
        own = {"hall": hall.code if hall else "", "view": view, "zoom": zoom, **other}
        return f"/admin/booths?{urlencode({key: value for key, value in own.items() if value})}"

    return page(
        request,
        "admin/booths.html",
        edition=edition,
        plan=plan,
        hall=hall,
        drawing=drawing,
        view=view,
        zoom=zoom,
        zooms=list(ZOOMS),
        link=link,
        address=address,
        state=state,
        states=states(locale),
        kinds=kinds(locale),
        counts=_counts(plan),
        square=square,
        metres=metres,
    )


async def _one(
    request: Request[Any, Any, Any], code: str, errors: dict[str, str] | None = None, typed: Form | None = None
) -> Response[Any]:
    edition, locale, asked = await require_current(), locale_of(request), request.query_params
    booth = await queries.booth_coded(edition, code)
    plan = await queries.plan(edition)
    hall = _hall(plan, booth.hall)
    assert hall is not None  # the booth stands in it
    q = asked.get("q", "").strip()
    found: list[Candidate] = []
    if booth.holder is None and not booth.blocked:
        found = await queries.candidates(edition, q, limit=FOUND)
    drawing = draw(
        hall,
        locale,
        size_of(request),
        lambda one: Look(one.state, one.holder.called(locale) if one.holder else "", address(one.code)),
        chosen=[booth.code],
    )
    now = {
        "kind": booth.kind.value,
        "x": metres(booth.rect.x),
        "y": metres(booth.rect.y),
        "width": metres(booth.rect.width),
        "height": metres(booth.rect.height),
        "zone": booth.zone,
    }
    return page(
        request,
        "admin/booth.html",
        status_code=422 if errors else 200,
        edition=edition,
        one=booth,
        hall=hall,
        drawing=drawing,
        found=[(one, wish(locale, one.kind, one.count, one.area_m2)) for one in found],
        more=len(found) == FOUND,
        q=q,
        others=[] if booth.holder is None else [b for b in await queries.booths_of(booth.holder.id) if b != booth],
        states=states(locale),
        kinds=kinds(locale),
        square=square,
        metres=metres,
        address=address,
        typed={**now, **(typed or {})},
        errors=errors or {},
    )


@get("/admin/booths/{code:str}", opt=allow(Role.organizer))
async def one(request: Request[Any, Any, Any], code: FromPath[str]) -> Response[Any]:
    return await _one(request, code)


class _Said(Exception):
    """Where to go next and what to say there."""

    def __init__(self, to: str, said: str, **values: str) -> None:
        self.to, self.said, self.values = to, said, values


def _read(form: Form, name: str, how: Any) -> Any:
    try:
        return how(form.text(name, 400))
    except text.Fault as fault:
        raise InvalidInput(errors=(FieldError(name, fault.code, fault.message),)) from None


def _rect(form: Form) -> Rect:
    return halls.checked_rect(
        Rect(
            _read(form, "x", rules.metres_or_zero),
            _read(form, "y", rules.metres_or_zero),
            _read(form, "width", rules.metres),
            _read(form, "height", rules.metres),
        )
    )


async def _act(actor: Actor, edition: EditionInfo, booth: BoothInfo, act: str, form: Form) -> None:
    code, here = booth.code, address(booth.code)
    match act:
        case "give":
            await services.give(actor, edition, form.text("number", 20), [code], beside=bool(form.text("beside")))
            raise _Said(here, mark("Booth %(booth)s is given; the exhibitor hears of it by mail."), booth=code)
        case "release":
            await services.release(actor, edition, _need_holder(booth), note=form.text("note", 500))
            raise _Said(here, mark("Booth %(booth)s is free again; the exhibitor hears of it by mail."), booth=code)
        case "move":
            wanted = _read(form, "to", rules.codes)
            held = await services.give(actor, edition, _need_holder(booth), wanted)
            raise _Said(address(held.booths[0]), mark("Moved to %(booth)s."), booth=", ".join(held.booths))
        case "swap":
            other = await queries.booth_coded(edition, _read(form, "with", rules.code))
            await services.swap(actor, edition, _need_holder(booth), _need_holder(other))
            raise _Said(here, mark("%(one)s and %(other)s are swapped."), one=code, other=other.code)
        case "confirm":
            await services.confirm(actor, edition, _need_holder(booth))
            raise _Said(here, mark("The exhibitor's yes is noted."))
        case "change":
            kind = _read(form, "kind", rules.kind)
            zone = _read(form, "zone", lambda typed: rules.short(typed, 40))
            await halls.change_booth(actor, edition, code, kind=kind, rect=_rect(form), zone=zone)
            raise _Said(here, mark("The booth is changed."))
        case "block" | "unblock":
            await halls.block(actor, edition, code, blocked=act == "block")
            raise _Said(here, mark("The booth is closed.") if act == "block" else mark("The booth is open again."))
        case "merge":
            wanted = _read(form, "others", rules.codes)
            name = _read(form, "as", rules.code) if form.text("as").strip() else f"{code}+"[:20]
            await halls.merge(actor, edition, [code, *wanted], name, _read(form, "merged_kind", rules.kind))
            raise _Said(address(name), mark("The booths are one now."))
        case "split":
            await halls.split(actor, edition, code)
            raise _Said(f"/admin/booths?{urlencode({'hall': booth.hall})}", mark("The booth is split again."))
        case "remove":
            await halls.remove(actor, edition, code)
            raise _Said(f"/admin/booths?{urlencode({'hall': booth.hall})}", mark("The booth is removed."))
    raise NotFound


def _need_holder(booth: BoothInfo) -> str:
    if booth.holder is None:
        raise services.HoldsNone
    return booth.holder.number


#: Which field a refusal belongs to, so that it stands there.
_AT = {"move": "to", "swap": "with", "merge": "others", "change": "x", "give": "number"}


@post("/admin/booths/{code:str}/{act:str}", opt=allow(Role.organizer))
async def act(request: Request[Any, Any, Any], code: FromPath[str], act: FromPath[str]) -> Response[Any]:
    edition, form, locale = await require_current(), await form_of(request), locale_of(request)
    booth = await queries.booth_coded(edition, code)
    try:
        await _act(actor_of(request), edition, booth, act, form)
    except _Said as done:
        answer = Redirect(done.to, status_code=303)
        flash(answer, done.said, **dict[str, Any](done.values))
        forget_pages()
        return answer
    except NotFound:
        raise
    except DomainError as refused:
        errors = shown_errors(refused, locale)
        if "" in errors and act in _AT:
            errors = {_AT[act]: errors[""]}
        return await _one(request, code, errors, form)
    raise NotFound


def _fits(booth: BoothInfo, wished: Wish) -> bool:
    if wished.kind is BoothKind.raw:
        return booth.kind is BoothKind.raw and booth.area >= (wished.area_m2 or 0) * 100
    return booth.kind is BoothKind.standard


async def _of_exhibitor(
    request: Request[Any, Any, Any], number: str, errors: dict[str, str] | None = None, typed: str = ""
) -> Response[Any]:
    edition, locale = await require_current(), locale_of(request)
    firm = await exhibitor_numbered(edition, number)
    plan = await queries.plan(edition)
    free = [booth for hall in plan for booth in hall.booths if booth.state is BoothState.free]
    q = request.query_params.get("q", "").strip()
    if q:
        key = text.search_key(q)
        shown = [b for b in free if key in text.search_key(f"{b.code} {b.zone} {b.hall}")]
    else:
        shown = [b for b in free if _fits(b, firm.booth)]
    return page(
        request,
        "admin/exhibitor_booth.html",
        status_code=422 if errors else 200,
        edition=edition,
        firm=firm,
        wish=wish(locale, firm.booth.kind, firm.booth.count, firm.booth.area_m2),
        held=await queries.booths_of(firm.id),
        free=shown[:60],
        more=len(shown) > 60,
        q=q,
        kinds=kinds(locale),
        square=square,
        address=address,
        giveable=firm.status in queries.GIVEABLE,
        typed=typed,
        errors=errors or {},
    )


@get("/admin/exhibitors/{number:str}/booth", opt=allow(Role.organizer))
async def of_exhibitor(request: Request[Any, Any, Any], number: FromPath[str]) -> Response[Any]:
    return await _of_exhibitor(request, number)


@post("/admin/exhibitors/{number:str}/booth", opt=allow(Role.organizer))
async def give_to(request: Request[Any, Any, Any], number: FromPath[str]) -> Response[Any]:
    edition, form = await require_current(), await form_of(request)
    try:
        held = await services.give(actor_of(request), edition, number, _read(form, "booth", rules.codes))
    except NotFound:
        raise
    except DomainError as refused:
        errors = shown_errors(refused, locale_of(request))
        return await _of_exhibitor(request, number, {"booth": next(iter(errors.values()))}, form.text("booth", 400))
    answer = Redirect(f"/admin/exhibitors/{quote(number)}/booth", status_code=303)
    said = mark("Booth %(booth)s is given; the exhibitor hears of it by mail.")
    flash(answer, said, booth=", ".join(held.booths))
    forget_pages()
    return answer


ROUTES: list[Any] = [overview, one, act, of_exhibitor, give_to]
