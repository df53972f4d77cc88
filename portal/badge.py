"""A holder's own page: the code, large, and what one may do with it. Whoever has the address is the holder."""

import asyncio
from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath

from checkin import holders, pictures
from checkin.printing.layouts import Layout
from checkin.printing.looks import LOOKS
from checkin.queries import leads as lead_queries
from checkin.queries.badges import BadgeInfo
from checkin.queries.visits import visit_of_badge
from checkin.services import leads, printing, visits
from core.editions.queries import EditionInfo, require_current
from core.errors import NotFound
from core.i18n import mark
from gateway.access import PUBLIC, actor_of
from gateway.forms import form_of
from gateway.locale import locale_of
from gateway.pages import flash, page
from portal.signin import redirect
from projects.queries import interests as interest_queries
from projects.services import interests

Asked = Request[Any, Any, Any]
_PRIVATE = {"cache-control": "private, no-store", "x-robots-tag": "noindex"}


async def _behind(key: str) -> tuple[EditionInfo, BadgeInfo]:
    edition = await require_current()
    return edition, await holders.badge_behind(edition, key)


async def _usable(key: str) -> tuple[EditionInfo, BadgeInfo]:
    edition, badge = await _behind(key)
    if not badge.in_force or badge.uid is None:
        raise NotFound
    return edition, badge


@get("/badge/{key:str}", opt=PUBLIC)
async def show(request: Asked, key: FromPath[str]) -> Response[Any]:
    edition, badge = await _behind(key)
    usable = badge.in_force and badge.uid is not None
    drawing = ""
    if usable:
        drawing = (await asyncio.to_thread(pictures.svg, badge.code)).decode()
    look = LOOKS[badge.kind]
    answer = page(
        request,
        "portal/badge.html",
        edition=edition,
        badge=badge,
        key=key,
        usable=usable,
        drawing=drawing,
        kind=look.en.capitalize() if locale_of(request) == "en" else look.zh,
        visit=await visit_of_badge(badge.root or badge.id),
        shared=await lead_queries.leads_of_badge(edition, badge.id),
        agreed=await lead_queries.consent_of_badge(edition, badge.id),
        interests=await interest_queries.shown_by(badge.root or badge.id),
        new=bool(request.query_params.get("new")),
    )
    answer.headers.update(_PRIVATE)
    return answer


@get("/badge/{key:str}/code.png", opt=PUBLIC)
async def png(key: FromPath[str]) -> Response[bytes]:
    _, badge = await _usable(key)
    drawn = await asyncio.to_thread(pictures.png, badge.code, 20)
    named = {"content-disposition": f'attachment; filename="badge-{badge.serial}.png"'}
    return Response(drawn, media_type="image/png", headers=_PRIVATE | named)


@get("/badge/{key:str}/badge.pdf", opt=PUBLIC)
async def pdf(request: Asked, key: FromPath[str]) -> Response[bytes]:
    edition, badge = await _usable(key)
    drawn = await printing.pdf(edition, [badge], Layout.a6, locale_of(request))
    named = {"content-disposition": f'inline; filename="badge-{badge.serial}.pdf"'}
    return Response(drawn, media_type="application/pdf", headers=_PRIVATE | named)


@post("/badge/{key:str}/interest", opt={**PUBLIC, "limit": "register"})
async def take_interest_back(request: Asked, key: FromPath[str]) -> Response[Any]:
    edition, badge = await _behind(key)
    number = (await form_of(request)).number("interest")
    await interests.take_back(actor_of(request), edition, -1 if number is None else number, badge.root or badge.id)
    answer = redirect(f"/badge/{key}")
    flash(answer, mark("Taken back: the project's owner sees your contact no more."))
    return answer


@post("/badge/{key:str}/cancel", opt={**PUBLIC, "limit": "register"})
async def cancel(request: Asked, key: FromPath[str]) -> Response[Any]:
    edition, badge = await _behind(key)
    await visits.cancel(actor_of(request), edition, badge)
    answer = redirect(f"/badge/{key}")
    flash(answer, mark("Your registration is cancelled. The badge opens nothing any more."))
    return answer


@post("/badge/{key:str}/withdraw", opt={**PUBLIC, "limit": "register"})
async def withdraw(request: Asked, key: FromPath[str]) -> Response[Any]:
    """From one exhibitor, or from all and for those who would come."""
    edition, badge = await _behind(key)
    lead = (await form_of(request)).text("lead", 20)
    if lead and not (lead.isascii() and lead.isdecimal() and len(lead) < 10):
        raise NotFound
    await leads.withdraw(actor_of(request), edition, badge.id, int(lead) if lead else None)
    answer = redirect(f"/badge/{key}")
    flash(answer, mark("Taken back. Nothing of you is shown there any more."))
    return answer


ROUTES: list[Any] = [show, png, pdf, cancel, withdraw, take_interest_back]
