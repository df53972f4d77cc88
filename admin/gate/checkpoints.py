"""Checkpoints and areas in the desk, each with sentences that say what its settings mean."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from admin.gate import names
from admin.gate.sentence import said
from checkin.queries.checkpoints import AreaInfo, CheckpointInfo, stored_areas, stored_checkpoints
from checkin.rules.checkpoints import CheckpointChange, CheckpointIn, hour_text
from checkin.services import areas as area_services
from checkin.services import checkpoints as services
from checkin.tables import Reentry
from core import text
from core.accounts.roles import Role
from core.editions.queries import EditionInfo, require_current
from core.errors import DomainError, FieldError, InvalidInput, NotFound
from core.i18n import mark, translate
from gateway.access import actor_of, allow
from gateway.days import day_choices
from gateway.forms import Form, form_of, shown_at_fields, shown_errors
from gateway.locale import locale_of
from gateway.pages import flash, page

HOME = "/admin/gate"


def _codes(areas: list[AreaInfo]) -> dict[str, AreaInfo]:
    return {area.code: area for area in areas}


@get(HOME, opt=allow(Role.organizer))
async def home(request: Request[Any, Any, Any]) -> Response[Any]:
    edition, locale = await require_current(), locale_of(request)
    areas = await stored_areas(edition.id)
    kinds = names.kinds(locale)
    found = await stored_checkpoints(edition.id)
    return page(
        request,
        "admin/gate/home.html",
        edition=edition,
        gates=[(one, said(locale, one, kinds, _codes(areas))) for one in found],
        areas=[(area, [one for one in found if one.area.id == area.id]) for area in areas if not area.hidden],
        area_names={area.code: area.name(locale) for area in areas},
    )


def _capacity(form: Form, errors: list[FieldError]) -> int | None:
    typed = form.text("capacity", 20).strip()
    try:
        return text.integer(typed) if typed else None
    except text.Fault as fault:
        errors.append(FieldError("capacity", fault.code, fault.message))
        return None


def _days(form: Form) -> list[str]:
    more = form.text("more_days", 500).replace(",", " ").replace("，", " ").replace("、", " ").split()
    return [*form.many.get("days", []), *more]


def _raised(errors: list[FieldError]) -> None:
    if errors:
        raise InvalidInput(errors=tuple(errors))


def _shown(refused: DomainError, request: Request[Any, Any, Any]) -> dict[str, str]:
    """``days[2]`` and ``leaves[0]`` stand at their field."""
    told = shown_at_fields(refused, locale_of(request))
    return {"more_days" if field == "days" else field: message for field, message in told.items()}


async def _form(
    request: Request[Any, Any, Any],
    edition: EditionInfo,
    one: CheckpointInfo | None,
    typed: Form | None = None,
    errors: dict[str, str] | None = None,
) -> Response[Any]:
    locale = locale_of(request)
    areas = await stored_areas(edition.id)
    kinds = names.kinds(locale)
    values, many = _as_form(one, edition) if typed is None else (dict(typed), typed.many)
    named = [area for area in areas if not area.hidden]
    return page(
        request,
        "admin/gate/checkpoint.html",
        status_code=422 if errors else 200,
        edition=edition,
        one=one,
        sentences=said(locale, one, kinds, _codes(areas)) if one else [],
        values=values,
        many=many,
        kinds=list(kinds.items()),
        days=day_choices(edition, locale),
        reentries=[(reentry.value, translate(locale, word)) for reentry, word in names.REENTRIES.items()],
        areas=[(area.code, area.name(locale)) for area in named],
        leavable=[(area.code, area.name(locale)) for area in named if one is None or area.id != one.area.id],
        errors=errors or {},
    )


def _as_form(one: CheckpointInfo | None, edition: EditionInfo) -> tuple[dict[str, str], dict[str, list[str]]]:
    if one is None:
        return {"reentry": Reentry.free.value, "active": "1"}, {}
    own = {day.day for day in edition.days}
    values = {
        "code": one.code,
        "name": one.name_zh,
        "name_en": one.name_en,
        "opens": hour_text(one.opens) or "",
        "closes": hour_text(one.closes) or "",
        "reentry": one.reentry.value,
        "capacity": str(one.area.capacity or ""),
        "more_days": " ".join(day.isoformat() for day in one.days if day not in own),
        "exits": "1" if one.exits else "",
        "hold": "1" if one.hold else "",
        "active": "1" if one.active else "",
    }
    days = [day.isoformat() for day in one.days if day in own]
    return values, {"kinds": list(one.kinds), "days": days, "leaves": list(one.area.leaves)}


@get(HOME + "/checkpoints/new", opt=allow(Role.organizer))
async def new(request: Request[Any, Any, Any]) -> Response[Any]:
    return await _form(request, await require_current(), None)


@post(HOME + "/checkpoints/new", opt=allow(Role.organizer))
async def create(request: Request[Any, Any, Any]) -> Response[Any]:
    edition, form = await require_current(), await form_of(request)
    errors: list[FieldError] = []
    area = form.text("area", 100)
    typed = CheckpointIn(
        code=form.text("code", 100),
        name=form.text("name", 500),
        name_en=form.text("name_en", 500) or None,
        kinds=form.many.get("kinds"),
        days=_days(form),
        opens=form.text("opens", 20) or None,
        closes=form.text("closes", 20) or None,
        reentry=form.text("reentry", 20),
        exits=form.get("exits") == "1",
        capacity=_capacity(form, errors),
        area=(form.text("new_area", 100) if area == "+" else area) or None,
        leaves=form.many.get("leaves"),
        active=form.get("active") == "1",
        hold=form.get("hold") == "1",
    )
    try:
        if area == "+" and not form.text("new_area").strip():
            errors.append(FieldError("new_area", "required", mark("Please fill this in.")))
        _raised(errors)
        made = await services.create(actor_of(request), edition, typed)
    except DomainError as refused:
        if isinstance(refused, services.CheckpointTaken):
            refused = InvalidInput(errors=(FieldError("code", refused.code, refused.message),))
        return await _form(request, edition, None, form, _shown(refused, request))
    answer = Redirect(f"{HOME}/checkpoints/{made.code}", status_code=303)
    flash(answer, mark("The checkpoint is made. Read below what it does."))
    return answer


async def _found(edition: EditionInfo, code: str) -> CheckpointInfo:
    found = next((one for one in await stored_checkpoints(edition.id) if one.code == code), None)
    if found is None:
        raise NotFound
    return found


@get(HOME + "/checkpoints/{code:str}", opt=allow(Role.organizer))
async def one(request: Request[Any, Any, Any], code: FromPath[str]) -> Response[Any]:
    edition = await require_current()
    return await _form(request, edition, await _found(edition, code))


@post(HOME + "/checkpoints/{code:str}", opt=allow(Role.organizer))
async def change(request: Request[Any, Any, Any], code: FromPath[str]) -> Response[Any]:
    edition, form = await require_current(), await form_of(request)
    before = await _found(edition, code)
    errors: list[FieldError] = []
    wanted = CheckpointChange(
        name=form.text("name", 500),
        name_en=form.text("name_en", 500) or None,
        kinds=form.many.get("kinds"),
        days=_days(form),
        opens=form.text("opens", 20) or None,
        closes=form.text("closes", 20) or None,
        reentry=form.text("reentry", 20),
        exits=form.get("exits") == "1",
        capacity=_capacity(form, errors),
        leaves=form.many.get("leaves", []),
        active=form.get("active") == "1",
        hold=form.get("hold") == "1",
    )
    try:
        _raised(errors)
        await services.change(actor_of(request), edition, code, wanted)
    except NotFound:
        raise
    except DomainError as refused:
        return await _form(request, edition, before, form, _shown(refused, request))
    answer = Redirect(f"{HOME}/checkpoints/{code}", status_code=303)
    flash(answer, mark("Saved. Phones know it within seconds."))
    return answer


@post(HOME + "/checkpoints/{code:str}/{act:str}", opt=allow(Role.organizer))
async def act(request: Request[Any, Any, Any], code: FromPath[str], act: FromPath[str]) -> Response[Any]:
    edition, actor = await require_current(), actor_of(request)
    answer = Redirect(HOME, status_code=303)
    match act:
        case "up" | "down":
            await area_services.move(actor, edition, code, -1 if act == "up" else 1)
        case "on" | "off":
            await services.change(actor, edition, code, CheckpointChange(active=act == "on"))
            flash(answer, mark("Saved. Phones know it within seconds."))
        case _:
            raise NotFound
    return answer


async def _area(
    request: Request[Any, Any, Any], code: str, typed: Form | None = None, errors: dict[str, str] | None = None
) -> Response[Any]:
    edition = await require_current()
    area = await area_services.area_coded(edition, code)
    found = [one for one in await stored_checkpoints(edition.id) if one.area.id == area.id]
    return page(
        request,
        "admin/gate/area.html",
        status_code=422 if errors else 200,
        edition=edition,
        area=area,
        gates=found,
        values=dict(typed) if typed is not None else {"name": area.name_zh, "name_en": area.name_en},
        errors=errors or {},
    )


@get(HOME + "/areas/{code:str}", opt=allow(Role.organizer))
async def area(request: Request[Any, Any, Any], code: FromPath[str]) -> Response[Any]:
    return await _area(request, code)


@post(HOME + "/areas/{code:str}", opt=allow(Role.organizer))
async def change_area(request: Request[Any, Any, Any], code: FromPath[str]) -> Response[Any]:
    edition, form = await require_current(), await form_of(request)
    try:
        await area_services.name(actor_of(request), edition, code, form.text("name", 900), form.text("name_en", 900))
    except InvalidInput as refused:
        return await _area(request, code, form, shown_errors(refused, locale_of(request)))
    answer = Redirect(HOME, status_code=303)
    flash(answer, mark("Saved."))
    return answer


ROUTES: list[Any] = [home, new, create, one, change, act, area, change_area]
