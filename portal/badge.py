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
from core import clock
from core.editions.queries import EditionInfo, require_current
from core.errors import DomainError, InvalidInput, NotFound
from core.i18n import mark
from gateway import meetings as meeting_forms
from gateway.access import PUBLIC, actor_of
from gateway.days import day_choices
from gateway.forms import Form, form_of, shown_at_fields
from gateway.locale import locale_of
from gateway.pages import flash, page
from gateway.projects import named
from portal.signin import redirect
from projects.queries import interests as interest_queries
from projects.queries import meetings as meeting_queries
from projects.queries import planning
from projects.queries.meetings import Filter
from projects.rules.meetings import OPEN
from projects.services import interests
from projects.services import meetings as meeting_services
from projects.services.meetings import WrongStep
from projects.tables import MeetingSide, MeetingState

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


async def _meetings(request: Asked, edition: EditionInfo, badge: BadgeInfo) -> dict[str, Any]:
    """Those of the holder that are not over, and when it cannot meet."""
    who, locale, now = badge.root or badge.id, locale_of(request), clock.now()
    found = await meeting_queries.meetings(edition, Filter(who=who), limit=100)
    still = [one for one in found if one.state in OPEN or one.state is MeetingState.held]
    ahead = [one for one in still if one.state in OPEN and one.ends_at is not None and one.ends_at > now]
    return {
        "meetings": still,
        "day": ahead,
        "outcomes": named(meeting_forms.OUTCOMES, locale),
        "meeting_states": named(meeting_forms.STATES, locale),
        "away": await planning.away(edition, who) if still else [],
        "days": day_choices(edition, locale),
    }


@get("/badge/{key:str}", opt=PUBLIC)
async def show(request: Asked, key: FromPath[str]) -> Response[Any]:
    return await _show(request, key)


async def _show(
    request: Asked, key: str, typed: Form | None = None, errors: dict[str, str] | None = None
) -> Response[Any]:
    edition, badge = await _behind(key)
    usable = badge.in_force and badge.uid is not None
    drawing = ""
    if usable:
        drawing = (await asyncio.to_thread(pictures.svg, badge.code)).decode()
    look = LOOKS[badge.kind]
    answer = page(
        request,
        "portal/badge.html",
        status_code=422 if errors else 200,
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
        **await _meetings(request, edition, badge),
        typed=typed or Form(),
        errors=errors or {},
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


@get("/badge/{key:str}/meetings.ics", opt=PUBLIC)
async def calendar(request: Asked, key: FromPath[str]) -> Response[bytes]:
    edition, badge = await _behind(key)
    who = badge.root or badge.id
    met = await planning.of_person(edition, who)
    return meeting_forms.calendar_of(met, f"b:{who}", edition, locale_of(request))


@post("/badge/{key:str}/away", opt={**PUBLIC, "limit": "register"})
async def away(request: Asked, key: FromPath[str]) -> Response[Any]:
    """When the holder cannot meet; ``remove`` takes one back."""
    (edition, badge), form = await _behind(key), await form_of(request)
    try:
        await meeting_forms.keep_away(actor_of(request), edition, badge.root or badge.id, form)
    except DomainError as refused:
        return await _show(request, key, form, shown_at_fields(refused, locale_of(request)))
    answer = redirect(f"/badge/{key}")
    flash(answer, mark("Saved."))
    return answer


@post("/badge/{key:str}/meetings/{meeting:str}/{act:str}", opt={**PUBLIC, "limit": "register"})
async def answer_meeting(
    request: Asked, key: FromPath[str], meeting: FromPath[str], act: FromPath[str]
) -> Response[Any]:
    """``accepted``, ``declined``, ``cancelled``, ``wish``, ``outcome``, by the holder. :raises NotFound: it is
    another's."""
    (edition, badge), form = await _behind(key), await form_of(request)
    one = await meeting_queries.meeting_numbered(edition, meeting)
    if one.who != (badge.root or badge.id) or act not in ("accepted", "declined", "cancelled", "wish", "outcome"):
        raise NotFound
    actor, side = actor_of(request), MeetingSide.partner
    answer = redirect(f"/badge/{key}")
    try:
        if act == "wish":
            wished = meeting_forms.wish_of(form, edition, meeting)
            await meeting_services.wish_time(actor, edition, meeting, wished, side=side)
        elif act == "outcome":
            found, note = form.text(f"outcome-{meeting}", 20), form.text(f"note-{meeting}")
            await meeting_services.outcome(actor, edition, meeting, found, note, side=side)
        else:
            await meeting_services.step(actor, edition, meeting, MeetingState(act), side=side)
    except WrongStep as refused:
        flash(answer, refused.message, kind="bad")
        return answer
    except InvalidInput as refused:
        shown = meeting_forms.at_meeting(shown_at_fields(refused, locale_of(request)), meeting)
        return await _show(request, key, form, shown)
    flash(answer, mark("Saved.") if act == "outcome" else mark("Saved. The other side is told by mail."))
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


ROUTES: list[Any] = [show, png, pdf, calendar, away, answer_meeting, cancel, withdraw, take_interest_back]
