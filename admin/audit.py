"""The audit trail in the desk: who did what, whether it is sealed, and whether the chain holds."""

import asyncio
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Stream

from core.accounts.roles import Role
from core.audit import mailing, queries, sealing
from core.audit.export import export
from core.audit.queries import Filter
from core.audit.verify import Finding, Walk
from core.config import settings
from core.errors import DomainError
from core.i18n import mark
from gateway.access import actor_of, allow
from gateway.forms import form_of, shown_errors
from gateway.lists import after_of, listing
from gateway.locale import locale_of
from gateway.pages import flash, page

Asked = Request[Any, Any, Any]
DESK = allow(Role.organizer)
KEEPERS = allow(Role.admin)
PAGE = 50
#: Seconds that a check in the desk may take; `yinbo ledger verify` takes as long as it needs.
VERIFY_WITHIN = 30
SHOWN_FINDINGS = 50


def _day(typed: str, *, after: bool) -> datetime | None:
    """The beginning of a day by the house's clock, or its end."""
    try:
        day = date.fromisoformat(typed)
        begins = datetime.combine(day, time(), ZoneInfo(settings().timezone))
        return (begins + timedelta(days=1) if after else begins).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _typed(request: Asked) -> dict[str, str]:
    asked = request.query_params
    return {
        name: asked.get(name, "").replace("\x00", "")[:100] for name in ("who", "action", "object", "since", "until")
    }


def _filter(typed: dict[str, str]) -> Filter:
    return Filter(
        who=typed["who"].strip(),
        action=typed["action"].strip(),
        object=typed["object"].strip(),
        since=_day(typed["since"], after=False),
        until=_day(typed["until"], after=True),
    )


async def _list(request: Asked, *, status: int = 200, **values: Any) -> Response[Any]:
    typed = _typed(request)
    after = after_of(request, request.query_params.get("cursor"))
    found = await queries.entries(_filter(typed), before=int(after[0]) if after else None, limit=PAGE + 1)
    piece = listing(request, found, PAGE, 0, key=lambda line: (line.id,))
    wanted = {name: value for name, value in typed.items() if value}
    head = await sealing.head()
    return page(
        request,
        "admin/audit.html",
        status_code=status,
        **{
            "lines": piece.items,
            "typed": typed,
            "wanted": urlencode(wanted),
            "next_url": "/admin/audit?" + urlencode({**wanted, "cursor": piece.next}) if piece.next else "",
            "head": head,
            "waiting": await queries.waiting(),
            "head_to": await queries.head_address(),
            "timezone": settings().timezone,
            "keeper": Role.admin in actor_of(request).roles,
            "report": None,
            "findings": [],
            "errors": {},
            **values,
        },
    )


@get("/admin/audit", opt=DESK)
async def audit_page(request: Asked) -> Response[Any]:
    return await _list(request)


def _said(value: object) -> str:
    """As the trail holds it: text as it is, the rest as JSON."""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


@get("/admin/audit/{key:int}", opt=DESK)
async def entry_page(request: Asked, key: FromPath[int]) -> Response[Any]:
    whole = await queries.entry(key)
    names = sorted({*whole.before, *whole.after})
    return page(request, "admin/audit_entry.html", whole=whole, names=names, said=_said, timezone=settings().timezone)


@get("/admin/audit.csv", opt=DESK)
async def audit_csv(request: Asked) -> Stream:
    return Stream(
        export(_filter(_typed(request))),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": 'attachment; filename="audit.csv"'},
    )


@post("/admin/audit/verify", opt={**KEEPERS, "limit": "login"})
async def verify(request: Asked) -> Response[Any]:
    """Walks the whole chain; on a very long one it says that the command line has more patience."""
    walk, cut = Walk([]), False
    findings: list[Finding] = []
    try:
        async with asyncio.timeout(VERIFY_WITHIN):
            async for finding in walk.findings():
                if len(findings) < SHOWN_FINDINGS:
                    findings.append(finding)
    except TimeoutError:
        cut = True
    return await _list(request, report=walk.report, findings=findings, cut=cut)


@post("/admin/audit/head", opt=KEEPERS)
async def head_address(request: Asked) -> Response[Any]:
    form = await form_of(request)
    try:
        await mailing.set_address(actor_of(request), form.text("head_to", 254))
    except DomainError as error:
        errors = shown_errors(error, locale_of(request))
        return await _list(request, status=error.status, errors=errors, head_to=form.text("head_to", 254))
    response: Response[Any] = Response(None, status_code=303, headers={"location": "/admin/audit"})
    flash(response, mark("Saved."))
    return response


@post("/admin/audit/head/mail", opt=KEEPERS)
async def mail_now(request: Asked) -> Response[Any]:
    sent = await mailing.mail_head()
    response: Response[Any] = Response(None, status_code=303, headers={"location": "/admin/audit"})
    if sent:
        flash(response, mark("The head is on its way."))
    else:
        flash(response, mark("There is no address, or nothing is sealed yet."), kind="bad")
    return response


ROUTES = [audit_page, entry_page, audit_csv, verify, head_address, mail_now]
