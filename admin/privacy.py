"""Personal data in the desk: what is held about one person, given out or erased, and which edition is due."""

from datetime import date
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath

from admin.home import Asked, Card, card
from core.accounts.roles import Role
from core.editions.queries import EditionInfo, all_editions, stored_edition
from core.errors import DomainError, FieldError, InvalidInput, NotFound
from core.i18n import formats, mark, translate
from core.jobs import queries as jobs
from core.jobs.tables import JobState
from core.privacy import services
from gateway.access import actor_of, allow
from gateway.forms import Form, form_of, shown_errors
from gateway.locale import locale_of
from gateway.pages import flash, page
from gateway.personal_data import given_out

KEEPERS = allow(Role.admin)


async def _due() -> list[str]:
    """Editions whose personal data may go and stands still."""
    found = []
    for line in await all_editions():
        edition = await stored_edition(line.slug)
        if services.is_due(edition) and await services.has_any(edition):
            found.append(line.slug)
    return found


@card(Role.admin)
async def _card(asked: Asked) -> Card | None:
    if not (due := await _due()):
        return None
    locale = asked.locale
    return Card(
        translate(locale, "Personal data"),
        formats.number(len(due)),
        translate(locale, "editions are due for purge"),
        "/admin/privacy",
        attention=True,
    )


class EditionLine(msgspec.Struct, frozen=True):
    """An edition, when its people's data goes, and what a count has found."""

    edition: EditionInfo
    due: date
    is_due: bool
    counted: services.Purged | None
    count: jobs.JobResult | None
    purge: jobs.JobResult | None

    @property
    def is_running(self) -> bool:
        return any(one is not None and one.state in _AT_WORK for one in (self.count, self.purge))


_AT_WORK = (JobState.queued, JobState.running)


async def _editions() -> list[EditionLine]:
    found = []
    for line in await all_editions():
        edition = await stored_edition(line.slug)
        if edition.days:
            counted, counting, purging = await services.purge_state(edition)
            found.append(
                EditionLine(edition, services.due(edition), services.is_due(edition), counted, counting, purging)
            )
    return found


async def _page(request: Request[Any, Any, Any], *, status: int = 200, **values: Any) -> Response[Any]:
    given: dict[str, Any] = {
        "errors": {},
        "typed": Form(),
        "counts": None,
        "editions": await _editions(),
    }
    answer = page(request, "admin/privacy.html", status_code=status, **{**given, **values})
    answer.headers["cache-control"] = "no-store"
    return answer


@get("/admin/privacy", opt=KEEPERS)
async def privacy_page(request: Request[Any, Any, Any]) -> Response[Any]:
    return await _page(request)


@post("/admin/privacy/{act:str}", opt=KEEPERS)
async def act_on_privacy(request: Request[Any, Any, Any], act: FromPath[str]) -> Response[Any]:
    """``look``, ``export``, ``erase``: the person stands in the body, never in an address."""
    if act not in ("look", "export", "erase"):
        raise NotFound
    actor, form = actor_of(request), await form_of(request)
    counts: dict[str, int] | None = None
    try:
        scope = await services.person(form.text("email", 300), form.text("mobile", 60))
        counts = await services.preview(scope)
        if act == "look":
            return await _page(request, typed=form, counts=counts)
        if act == "export":
            rows = await services.exported(actor, scope, form.text("reason", 400))
            return given_out(request, rows, form.text("as", 10))
        if "sure" not in form:
            message = mark("Please tick that you are sure: it can't be taken back.")
            raise InvalidInput(errors=(FieldError("sure", "required", message),))
        await services.erase(actor, scope, form.text("reason", 400))
    except NotFound:
        return await _page(request, typed=form, counts={})
    except DomainError as error:
        errors = shown_errors(error, locale_of(request))
        return await _page(request, status=error.status, typed=form, counts=counts, errors=errors)
    done: Response[Any] = Response(None, status_code=303, headers={"location": "/admin/privacy"})
    flash(done, mark("The personal data is erased."))
    return done


@post("/admin/privacy/editions/{slug:str}/{act:str}", opt=KEEPERS)
async def act_on_edition(request: Request[Any, Any, Any], slug: FromPath[str], act: FromPath[str]) -> Response[Any]:
    """``count``, and ``purge`` with the number that was counted. Both are done by a job."""
    actor, edition, form = actor_of(request), await stored_edition(slug), await form_of(request)
    done: Response[Any] = Response(None, status_code=303, headers={"location": "/admin/privacy#editions"})
    try:
        if act == "count":
            await services.begin_count(actor, edition)
            flash(done, mark("It is being counted. Nothing is changed by that."))
        elif act == "purge":
            await services.begin_purge(actor, edition, form.text("counted", 20))
            flash(done, mark("The personal data of this edition is being removed."))
        else:
            raise NotFound
    except NotFound:
        raise
    except DomainError as refused:
        flash(done, refused.message, kind="bad")
    return done


ROUTES = [privacy_page, act_on_privacy, act_on_edition]
