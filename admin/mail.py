"""Mail in the desk: what was sent, waits or failed, what it said, and trying again."""

from datetime import timedelta
from typing import Any, TypeVar
from urllib.parse import urlencode

import msgspec
from litestar import Request, Response, get, post
from litestar.enums import MediaType
from litestar.params import FromPath
from litestar.response import Redirect

from admin.home import Asked, Card, card
from core import clock, text
from core.accounts import queries as people
from core.accounts.roles import Actor, Role
from core.audit.services import record
from core.config import settings
from core.db import transaction
from core.errors import DomainError, InvalidInput, NotFound
from core.i18n import formats, mark, translate
from core.mail import aftercare, queries
from core.mail.services import compose, enqueue
from core.mail.tables import MailState
from core.privacy import services as privacy
from gateway.access import actor_of, allow
from gateway.forms import form_of, shown_errors
from gateway.front import CSP
from gateway.lists import after_of, listing
from gateway.locale import locale_of
from gateway.pages import flash, page

PAGE = 50
DESK = allow(Role.organizer)
STATES = {
    MailState.queued: mark("Waiting"),
    MailState.sending: mark("Being sent"),
    MailState.sent: mark("Sent"),
    MailState.failed: mark("Failed"),
    MailState.kept: mark("Kept here"),
}
#: A queue that stands this long means that no sender works.
STUCK_AFTER = timedelta(minutes=15)
#: What a mail's own HTML may do: look like itself. No script, no request, no form, no frame around it but ours.
SANDBOX = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'self'"
)


def may_read(actor: Actor, one: queries.MailLine) -> bool:
    """A link that lets its reader in must not lift an organizer above others."""
    return not one.is_secret or Role.admin in actor.roles


@card(Role.organizer)
async def _mail(asked: Asked) -> Card | None:
    counted, locale = await queries.counts(), asked.locale
    title = translate(locale, "Mail")
    if failed := counted[MailState.failed]:
        note = translate(locale, "could not be delivered")
        return Card(title, formats.number(failed), note, "/admin/mail?state=failed", attention=True)
    since = await queries.waiting_since() if counted[MailState.queued] else None
    if since is not None and clock.now() - since > STUCK_AFTER:
        note = translate(locale, "waiting: the mail server cannot be reached")
        return Card(title, formats.number(counted[MailState.queued]), note, "/admin/mail?state=queued", attention=True)
    if kept := counted[MailState.kept]:
        note = translate(locale, "kept here, for there is no mail server")
        return Card(title, formats.number(kept), note, "/admin/mail?state=kept")
    return None


Line = TypeVar("Line", bound=queries.MailLine)


def masked(line: Line) -> Line:
    """Whom it went to stands in full only for who says why."""
    return msgspec.structs.replace(
        line, to_address=text.mask_email(line.to_address), last_answer=text.mask_emails(line.last_answer)
    )


@get("/admin/mail", opt=DESK)
async def mails(request: Request[Any, Any, Any]) -> Response[Any]:
    return await _list(request)


async def _list(
    request: Request[Any, Any, Any], *, opened: bool = False, errors: dict[str, str] | None = None
) -> Response[Any]:
    """``opened``: the refused addresses in full, so that somebody can ask for the right ones."""
    bounces = await queries.bounces()
    if not opened:
        bounces = [
            msgspec.structs.replace(one, address=text.mask_email(one.address), answer=text.mask_emails(one.answer))
            for one in bounces
        ]
    asked, locale = request.query_params, locale_of(request)
    wanted = asked.get("state", "")
    state = MailState(wanted) if wanted in MailState.__members__ else None
    after = after_of(request, asked.get("cursor"))
    found = await queries.mails(state, before=int(after[0]) if after else None, limit=PAGE + 1)
    counted = await queries.counts()
    total = counted[state] if state else sum(counted.values())
    piece = listing(request, found, PAGE, total, key=lambda line: (line.id,))
    more = {"state": state.value if state else "", "cursor": piece.next or ""}
    return page(
        request,
        "admin/mails.html",
        status_code=422 if errors else 200,
        lines=[masked(line) for line in piece.items],
        total=total,
        state_now=state.value if state else "",
        counted={state.value: number for state, number in counted.items()},
        states={state.value: translate(locale, name) for state, name in STATES.items()},
        next_url=f"/admin/mail?{urlencode({k: v for k, v in more.items() if v})}" if piece.next else "",
        bounces=bounces,
        opened=opened,
        errors=errors or {},
        has_server=bool(settings().smtp_url),
        timezone=settings().timezone,
    )


@get("/admin/mail/{number:int}", opt=DESK)
async def mail(request: Request[Any, Any, Any], number: FromPath[int]) -> Response[Any]:
    return await _one(request, number)


async def _one(
    request: Request[Any, Any, Any], number: int, *, opened: bool = False, errors: dict[str, str] | None = None
) -> Response[Any]:
    one = await queries.mail(number)
    answer = page(
        request,
        "admin/mail.html",
        status_code=422 if errors else 200,
        one=one if opened else masked(one),
        opened=opened,
        errors=errors or {},
        readable=may_read(actor_of(request), one),
        state_name=translate(locale_of(request), STATES[one.state]),
        has_server=bool(settings().smtp_url),
        timezone=settings().timezone,
    )
    answer.headers |= {
        "content-security-policy": f"{CSP}; frame-src 'self'",
        "cross-origin-opener-policy": "same-origin",
        "x-frame-options": "DENY",
    }
    return answer


@post("/admin/mail/{number:int}/open", opt=DESK)
async def open_address(request: Request[Any, Any, Any], number: FromPath[int]) -> Response[Any]:
    """Shown in this answer alone: the next look is written down again."""
    await queries.mail(number)
    try:
        await privacy.opened(actor_of(request), "mail.address_opened", f"mail:{number}", await _reason(request))
    except InvalidInput as refused:
        return await _one(request, number, errors=shown_errors(refused, locale_of(request)))
    return await _one(request, number, opened=True)


async def _reason(request: Request[Any, Any, Any]) -> str:
    return (await form_of(request)).text("reason", 500)


@get("/admin/mail/{number:int}/html", opt=DESK)
async def mail_html(request: Request[Any, Any, Any], number: FromPath[int]) -> Response[str]:
    one = await queries.mail(number)
    if not one.html or not may_read(actor_of(request), one):
        raise NotFound
    return Response(one.html, media_type=MediaType.HTML, headers={"content-security-policy": SANDBOX})


def _back(path: str, said: str, *, bad: bool = False, **values: object) -> Response[Any]:
    answer = Redirect(path, status_code=303)
    flash(answer, said, kind="bad" if bad else "good", **values)
    return answer


@post("/admin/mail/{number:int}/retry", opt=DESK)
async def retry(request: Request[Any, Any, Any], number: FromPath[int]) -> Response[Any]:
    await queries.mail(number)
    try:
        await aftercare.retry(actor_of(request), number)
    except DomainError as refused:
        return _back(f"/admin/mail/{number}", refused.message, bad=True)
    return _back(f"/admin/mail/{number}", mark("The mail is on its way."))


@post("/admin/mail/all/{act:str}", opt=DESK)
async def many_at_once(request: Request[Any, Any, Any], act: FromPath[str]) -> Response[Any]:
    """``retry-failed``, ``send-kept``, ``test``, ``open-refused``."""
    actor = actor_of(request)
    try:
        if act == "open-refused":
            await privacy.opened(actor, "mail.refused_opened", "mail", await _reason(request))
            return await _list(request, opened=True)
        if act == "retry-failed":
            number = await aftercare.retry_failed(actor)
        elif act == "send-kept":
            number = await aftercare.send_kept(actor)
        elif act == "test":
            await _test(actor)
            return _back("/admin/mail", mark("A test mail to your own address is written."))
        else:
            raise NotFound
    except NotFound:
        raise
    except InvalidInput as refused:
        return await _list(request, errors=shown_errors(refused, locale_of(request)))
    except DomainError as refused:
        return _back("/admin/mail", refused.message, bad=True)
    return _back("/admin/mail", mark("Mails put into the queue: %(number)s."), number=number)


async def _test(actor: Actor) -> None:
    if actor.kind != "account" or actor.id is None:
        raise NotFound
    who = await people.person(actor.id)
    message = compose("test", "en" if who.locale == "en" else "zh-CN", name=who.name)
    async with transaction():
        await enqueue(who.email, message, to_name=who.name)
        await record(actor, "mail.tested", f"account:{actor.id}")


@post("/admin/mail/refused/{number:int}/clear", opt=DESK)
async def clear(request: Request[Any, Any, Any], number: FromPath[int]) -> Response[Any]:
    await aftercare.clear_bounce(actor_of(request), number)
    return _back("/admin/mail", mark("The address counts as good again."))


ROUTES: list[Any] = [mails, mail, open_address, mail_html, retry, many_at_once, clear]
