"""What visitors read, and the application itself."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from core.errors import DomainError
from core.i18n import mark, translate
from exhibitors.queries import desk as queries
from exhibitors.queries.review import history
from exhibitors.rules import desk as rules
from exhibitors.rules.applications import countries
from exhibitors.rules.review import COMMENTABLE
from exhibitors.services import desk as services
from exhibitors.services import steps
from exhibitors.tables import Status, Step
from gateway.access import SIGNED_IN
from gateway.applications import Typed, kinds, place_of
from gateway.forms import form_in, form_of, sent_form, shown_errors
from gateway.pages import flash
from portal.desk.frame import Asked, Desk, desk_page, opened
from portal.signin import redirect


@get("/portal/{number:str}/profile", opt=SIGNED_IN)
async def profile(request: Asked, number: FromPath[str]) -> Response[Any]:
    desk = await opened(request, number)
    one = desk.one
    typed = services.ProfileIn(
        one.name_en,
        one.intro,
        one.website,
        one.exhibits,
        one.lintel_zh,
        one.lintel_en,
        one.contact.name,
        one.contact.mobile,
        one.contact.email,
    )
    return desk_page(request, desk, "profile", typed=typed)


@post("/portal/{number:str}/profile", opt=SIGNED_IN)
async def save_profile(request: Asked, number: FromPath[str]) -> Response[Any]:
    desk = await opened(request, number)
    form = await form_of(request)
    typed = services.ProfileIn(**{name: form.text(name) for name in services.ProfileIn.__struct_fields__})
    try:
        await services.change_profile(desk.actor, desk.edition, number, typed)
    except DomainError as error:
        return desk_page(request, desk, "profile", typed=typed, errors=shown_errors(error, desk.locale))
    response = redirect(f"/portal/{number}/profile")
    flash(response, mark("Saved."))
    return response


async def _details(
    request: Asked, desk: Desk, typed: Typed, errors: dict[str, str] | None = None, reason: str = ""
) -> Response[Any]:
    waiting = await queries.waiting_changes(desk.edition, desk.number)
    last = next((line for line in await history(desk.id) if line.step is Step.request_changes), None)
    return desk_page(
        request,
        desk,
        "details",
        errors={place_of(name): told for name, told in (errors or {}).items()},
        typed=typed,
        reason=reason,
        countries=list(countries(desk.locale).items()),
        kinds=list(kinds(desk.locale).items()),
        categories=[(choice.code, choice.name(desk.locale)) for choice in desk.edition.categories],
        fields=desk.edition.fields,
        waiting=waiting[0] if waiting else None,
        at_once=desk.one.status in rules.OPEN,
        fixed=desk.one.status not in rules.OPEN | rules.ADMITTED,
        may_send=desk.one.status in (Status.changes_requested, Status.draft),
        asked=last if desk.one.status is Status.changes_requested else None,
        labels={field: translate(desk.locale, name) for field, name in COMMENTABLE.items()},
    )


@get("/portal/{number:str}/details", opt=SIGNED_IN)
async def details(request: Asked, number: FromPath[str]) -> Response[Any]:
    desk = await opened(request, number)
    return await _details(request, desk, Typed.as_stands(desk.one))


@post("/portal/{number:str}/details", opt=SIGNED_IN)
async def change_details(request: Asked, number: FromPath[str]) -> Response[Any]:
    desk = await opened(request, number)
    sent = await sent_form(request)
    form, typed = form_in(sent), Typed.as_stands(desk.one).with_details(Typed.of(sent))
    at_once = desk.one.status in rules.OPEN
    try:
        if at_once:
            await services.amend(desk.actor, desk.edition, number, typed.application())
            if form.text("send", 10) == "1":
                await steps.take(desk.actor, desk.edition, number, Step.submit)
        else:
            await services.ask_change(
                desk.actor,
                desk.edition,
                number,
                name=typed.name,
                name_en=typed.name_en,
                country=typed.country,
                credit_code=typed.credit_code,
                reason=form.text("reason"),
            )
    except DomainError as error:
        return await _details(request, desk, typed, shown_errors(error, desk.locale), form.text("reason"))
    response = redirect(f"/portal/{number}")
    later = mark("Your wish is with the organizers. Until they agree, nothing changes.")
    flash(response, mark("Saved.") if at_once else later)
    return response


ROUTES: list[Any] = [profile, save_profile, details, change_details]
