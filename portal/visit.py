"""``/visit``: one page to register as a visitor, a group, or for somebody else. Without JavaScript."""

from secrets import token_urlsafe
from typing import Any

from litestar import Request, Response, get, post

from checkin import holders
from checkin.rules.leads import QUESTION
from checkin.rules.visits import VisitIn, checked
from checkin.services import visits
from core import clock
from core.editions.queries import EditionInfo, current_edition
from core.editions.rules import Day
from core.errors import InvalidInput
from core.i18n import mark, translate
from gateway.access import PUBLIC, actor_of
from gateway.forms import Form, form_of, shown_errors
from gateway.locale import locale_of
from gateway.pages import page
from portal.signin import redirect

Asked = Request[Any, Any, Any]

#: Who the question about exhibitors is about, beforehand.
EVERY_EXHIBITOR = mark("every exhibitor to whom I show my badge at its booth")


def days_left(edition: EditionInfo) -> list[Day]:
    """Those on which the doors have not closed yet."""
    now = clock.now()
    return [day for day in edition.days if now < edition.closes_at(day)]


def visit_of(form: Form) -> VisitIn:
    """A group is whoever says how many come."""
    return VisitIn(
        holder=form.text("holder", 800),
        mobile=form.text("mobile", 200),
        email=form.text("email", 1200),
        organisation=form.text("organisation", 1200),
        days=form.many.get("days", [])[:40],
        group=bool(form.text("size", 20).strip()),
        size=form.text("size", 20),
        members=form.text("members", 60_000),
        vehicle=form.text("vehicle", 800),
        arrives=form.text("arrives", 20),
        helper=form.text("helper", 20),
        helper_name=form.text("helper_name", 800),
        consent=form.text("consent") == "1",
        notice=form.text("notice", 40),
        leads=form.text("leads") == "1",
    )


def _show(request: Asked, edition: EditionInfo, typed: VisitIn, form: str, errors: dict[str, str]) -> Response[Any]:
    locale = locale_of(request)
    return page(
        request,
        "portal/visit.html",
        status_code=422 if errors else 200,
        edition=edition,
        days=[day.day for day in days_left(edition)],
        typed=typed,
        form=form,
        errors=errors,
        question=translate(locale, QUESTION, firm=translate(locale, EVERY_EXHIBITOR)),
    )


@get("/visit", opt=PUBLIC)
async def form(request: Asked) -> Response[Any]:
    edition = await current_edition()
    if edition is None:
        return page(request, "portal/no_edition.html")
    return _show(request, edition, VisitIn(), token_urlsafe(18), {})


@post("/visit", opt={**PUBLIC, "limit": "register"})
async def send(request: Asked) -> Response[Any]:
    edition = await current_edition()
    if edition is None:
        return page(request, "portal/no_edition.html")
    sent, locale = await form_of(request), locale_of(request)
    typed, key = visit_of(sent), sent.text("form", 40) or token_urlsafe(18)
    offered = [day.day for day in days_left(edition)]
    if not offered:
        return _show(request, edition, typed, key, {})
    try:
        draft = checked(typed, offered, edition.privacy_version, locale)
        made = await visits.register(actor_of(request), edition, draft, locale, form=key)
    except InvalidInput as refused:
        return _show(request, edition, typed, key, shown_errors(refused, locale))
    return redirect(f"/badge/{holders.key_of(edition.id, made.serial, made.uid)}?new=1")


ROUTES: list[Any] = [form, send]
