"""Print runs: many badges as one document, made in the background."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Stream

from admin.badges import asked
from admin.badges.asked import HOME
from admin.gate import names
from checkin.printing.layouts import Layout
from checkin.queries import badges as badge_queries
from checkin.queries import prints as queries
from checkin.queries.badges import Filter
from checkin.services import printing
from checkin.tables import BadgeStatus
from core.accounts.roles import Role
from core.editions.queries import require_current
from core.errors import DomainError
from core.files import queries as files
from core.i18n import mark
from core.jobs.tables import JobState
from gateway.access import actor_of, allow
from gateway.forms import form_of, shown_errors
from gateway.locale import locale_of
from gateway.pages import flash, page

AT = HOME + "/prints"


async def _show(
    request: Request[Any, Any, Any], values: dict[str, str], errors: dict[str, str] | None = None
) -> Response[Any]:
    edition, locale = await require_current(), locale_of(request)
    lines = await queries.runs(edition)
    return page(
        request,
        "admin/badges/prints.html",
        status_code=422 if errors else 200,
        edition=edition,
        lines=[(line, asked.words(locale, line.only)) for line in lines],
        at_work=any(line.at_work for line in lines),
        failed=JobState.failed,
        waiting=await badge_queries.count_badges(edition, Filter(status=BadgeStatus.active, printed=False)),
        kinds=names.kinds(locale),
        states=asked.states(locale),
        printed=asked.answers(locale, "printed"),
        arrived=asked.answers(locale, "arrived"),
        layouts=asked.layouts(locale),
        layout_names=dict(asked.layouts(locale)),
        values=values,
        errors=errors or {},
    )


@get(AT, opt=allow(Role.organizer))
async def prints(request: Request[Any, Any, Any]) -> Response[Any]:
    return await _show(request, {"printed": "no"})


@post(AT, opt=allow(Role.organizer))
async def begin(request: Request[Any, Any, Any]) -> Response[Any]:
    form = await form_of(request)
    layout = form.text("layout", 20)
    wanted = Layout(layout) if layout in [one.value for one in Layout] else Layout.a6
    try:
        await printing.begin(
            actor_of(request), await require_current(), asked.filter_of(form), wanted, locale_of(request)
        )
    except DomainError as refused:
        return await _show(request, dict(form), shown_errors(refused, locale_of(request)))
    answer = Redirect(AT, status_code=303)
    flash(answer, mark("The document is being made. It stands here when it is ready."))
    return answer


@get(AT + "/{run:int}", opt=allow(Role.organizer))
async def document(request: Request[Any, Any, Any], run: FromPath[int]) -> Response[Any]:
    info = await files.file_info(await queries.file_of_run(await require_current(), run))
    headers = {
        "cache-control": "private, no-store",
        "content-length": str(info.size),
        "content-disposition": f'attachment; filename="{info.name}"',
    }
    return Stream(files.contents(info.id), media_type=info.media_type, headers=headers)


ROUTES: list[Any] = [prints, begin, document]
