"""Jobs in the desk: what runs, how far it is, what failed and why."""

from typing import Any
from urllib.parse import urlencode

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from admin.home import Asked, Card, card
from core.accounts.roles import Role
from core.config import settings
from core.errors import NotFound
from core.i18n import formats, mark, translate
from core.jobs import queries, services
from core.jobs.tables import JobState
from gateway.access import actor_of, allow
from gateway.lists import after_of, listing
from gateway.locale import locale_of
from gateway.pages import flash, page

PAGE = 50
DESK = allow(Role.organizer)
STATES = {
    JobState.queued: mark("Waiting for its turn"),
    JobState.running: mark("Running"),
    JobState.done: mark("Done"),
    JobState.failed: mark("Failed"),
    JobState.cancelled: mark("Cancelled"),
}


@card(Role.organizer)
async def _jobs(asked: Asked) -> Card | None:
    failed = (await queries.counts())[JobState.failed]
    if not failed:
        return None
    title, note = translate(asked.locale, "Jobs"), translate(asked.locale, "jobs failed")
    return Card(title, formats.number(failed), note, "/admin/jobs?state=failed", attention=True)


@get("/admin/jobs", opt=DESK)
async def jobs(request: Request[Any, Any, Any]) -> Response[Any]:
    asked, locale = request.query_params, locale_of(request)
    wanted = asked.get("state", "")
    state = JobState(wanted) if wanted in JobState.__members__ else None
    after = after_of(request, asked.get("cursor"))
    found = await queries.jobs(state, before=int(after[0]) if after else None, limit=PAGE + 1)
    counted = await queries.counts()
    total = counted[state] if state else sum(counted.values())
    piece = listing(request, found, PAGE, total, key=lambda line: (line.id,))
    more = {"state": state.value if state else "", "cursor": piece.next or ""}
    return page(
        request,
        "admin/jobs.html",
        lines=piece.items,
        state_now=state.value if state else "",
        counted={state.value: number for state, number in counted.items()},
        states={state.value: translate(locale, text) for state, text in STATES.items()},
        next_url=f"/admin/jobs?{urlencode({k: v for k, v in more.items() if v})}" if piece.next else "",
        timezone=settings().timezone,
    )


@post("/admin/jobs/{number:int}/{act:str}", opt=DESK)
async def act_on_job(request: Request[Any, Any, Any], number: FromPath[int], act: FromPath[str]) -> Response[Any]:
    """``retry``, ``cancel``."""
    answer = Redirect("/admin/jobs", status_code=303)
    try:
        if act == "retry":
            await services.retry(actor_of(request), number)
            flash(answer, mark("The job waits for its turn."))
        elif act == "cancel":
            await services.cancel(actor_of(request), number)
            flash(answer, mark("The job is cancelled."))
        else:
            raise NotFound
    except services.NotNow as refused:
        flash(answer, refused.message, kind="bad")
    return answer


ROUTES: list[Any] = [jobs, act_on_job]
