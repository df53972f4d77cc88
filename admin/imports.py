"""Spreadsheets of exhibitors in the desk: read in after a look at what is in them, and taken along."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from admin.exhibitors import Chosen, states
from core.accounts.roles import Role
from core.editions.queries import require_current
from core.files.sheets import ENDINGS, XLSX
from core.i18n import mark, translate
from core.jobs import queries as jobs
from core.jobs.tables import JobState
from core.text import Fault
from exhibitors.queries import imports as queries
from exhibitors.rules.columns import FIELDS, OURS
from exhibitors.services import exports, imports
from exhibitors.tables import ImportState
from gateway.access import actor_of, allow
from gateway.forms import form_of
from gateway.locale import locale_of
from gateway.pages import flash, page
from gateway.uploads import UPLOADS, sent_upload

Asked = Request[Any, Any, Any]
DESK = allow(Role.organizer)
#: Faults and rows that one page shows.
SHOWN = 200
STATES = {
    ImportState.checking: mark("Being checked"),
    ImportState.ready: mark("Nothing is wrong"),
    ImportState.faulty: mark("To be mended"),
    ImportState.importing: mark("Being stored"),
    ImportState.done: mark("Stored"),
    ImportState.failed: mark("Given up"),
}
#: Tones of the state's sign.
TONES = {
    ImportState.checking: "running",
    ImportState.ready: "ok",
    ImportState.faulty: "failed",
    ImportState.importing: "running",
    ImportState.done: "done",
    ImportState.failed: "failed",
}


async def _begin(request: Asked, *, status: int = 200, error: str = "") -> Response[Any]:
    edition, locale = await require_current(), locale_of(request)
    return page(
        request,
        "admin/imports.html",
        status_code=status,
        edition=edition,
        lines=await queries.imports(edition),
        states={state: translate(locale, text) for state, text in STATES.items()},
        tones=TONES,
        endings=ENDINGS,
        errors={"file": translate(locale, error)} if error else {},
    )


@get("/admin/exhibitors/import", opt=DESK)
async def import_page(request: Asked) -> Response[Any]:
    return await _begin(request)


@post("/admin/exhibitors/import", opt={**DESK, **UPLOADS})
async def send(request: Asked) -> Response[Any]:
    edition = await require_current()
    async with sent_upload(request) as sent:
        found = sent.files.get("file", [])
        if not found:
            return await _begin(request, status=422, error=mark("Please choose a file."))
        try:
            number = await imports.begin(actor_of(request), edition, found[0], locale_of(request))
        except Fault as fault:
            return await _begin(request, status=422, error=fault.message)
    return Redirect(f"/admin/exhibitors/import/{number}", status_code=303)


@get("/admin/exhibitors/import/{number:int}", opt=DESK)
async def one_import(request: Asked, number: FromPath[int]) -> Response[Any]:
    edition, locale = await require_current(), locale_of(request)
    one = await queries.one_import(edition, number)
    running = one.state in (ImportState.checking, ImportState.importing)
    job = await jobs.one_job(one.job) if running and one.job else None
    given_up = running and (job is None or job.state in (JobState.failed, JobState.cancelled))
    shown = ImportState.failed if given_up else one.state
    return page(
        request,
        "admin/import.html",
        edition=edition,
        one=one,
        report=one.report,
        running=running and not given_up,
        job=job,
        state=translate(locale, STATES[shown]),
        tone=TONES[shown],
        faults=one.report.faults[:SHOWN],
        there=one.report.there[:SHOWN],
        slips=one.report.slips[:SHOWN] if one.state is ImportState.faulty else [],
        column_names={field.key: translate(locale, field.heading) for field in (*FIELDS, *OURS)},
    )


@post("/admin/exhibitors/import/{number:int}/run", opt=DESK)
async def run(request: Asked, number: FromPath[int]) -> Response[Any]:
    answer = Redirect(f"/admin/exhibitors/import/{number}", status_code=303)
    try:
        await imports.run(actor_of(request), await require_current(), number)
    except imports.NotReady as refused:
        flash(answer, refused.message, kind="bad")
    return answer


@post("/admin/exhibitors/import/{number:int}/pass", opt=DESK)
async def let_pass(request: Asked, number: FromPath[int]) -> Response[Any]:
    answer = Redirect(f"/admin/exhibitors/import/{number}", status_code=303)
    places = (await form_of(request)).many.get("pass", [])
    if not places:
        flash(answer, mark("Please tick the rows whose code you have compared."), kind="bad")
        return answer
    try:
        await imports.let_pass(actor_of(request), await require_current(), number, places)
    except imports.NotReady as refused:
        flash(answer, refused.message, kind="bad")
    return answer


def _attached(data: bytes, name: str) -> Response[bytes]:
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return Response(data, media_type=XLSX, headers=headers)


@get("/admin/exhibitors/export.xlsx", opt=DESK)
async def export(request: Asked) -> Response[bytes]:
    """What the queue shows by the same query. With contacts, hence for organizers and in the trail."""
    edition, locale = await require_current(), locale_of(request)
    wanted = Chosen.of(request.query_params).filter
    data = await exports.export(actor_of(request), edition, wanted, locale, states(locale))
    return _attached(data, f"exhibitors-{edition.slug}.xlsx")


@get("/admin/exhibitors/template.xlsx", opt=DESK)
async def template(request: Asked) -> Response[bytes]:
    return _attached(await exports.template(await require_current(), locale_of(request)), "exhibitors-template.xlsx")


ROUTES: list[Any] = [import_page, send, one_import, run, let_pass, export, template]
