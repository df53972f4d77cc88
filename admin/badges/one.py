"""One badge: what is known of it, its pictures and prints, and what becomes of it."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from admin.badges import asked
from admin.badges.asked import HOME
from admin.gate import names
from checkin import holders
from checkin.queries import badges as queries
from checkin.queries import prints
from checkin.queries.badges import BadgeInfo
from checkin.services import changes, mailing
from checkin.tables import BadgeKind
from core.accounts.roles import Role
from core.editions.queries import require_current
from core.errors import DomainError, FieldError, InvalidInput, NotFound
from core.i18n import mark
from exhibitors.queries.applications import number_of
from gateway.access import actor_of, allow
from gateway.forms import Form, form_of, shown_errors
from gateway.locale import locale_of
from gateway.pages import flash, page


async def _show(
    request: Request[Any, Any, Any],
    badge: BadgeInfo,
    form: Form | None = None,
    errors: dict[str, str] | None = None,
) -> Response[Any]:
    edition, locale = await require_current(), locale_of(request)
    later = await queries.badge_with_id(badge.replaced_by) if badge.replaced_by else None
    firm = await number_of(badge.exhibitor) if badge.exhibitor is not None else None
    return page(
        request,
        "admin/badges/badge.html",
        status_code=422 if errors else 200,
        edition=edition,
        badge=badge,
        later=later,
        firm=firm,
        prints=await prints.prints_of(badge.id, badge.uid),
        link=holders.address(edition.id, badge.serial, badge.uid) if badge.in_force and badge.uid is not None else "",
        kinds=names.kinds(locale),
        states=asked.states(locale),
        layouts=asked.layouts(locale),
        typed=form or {"note": badge.note, "size": str(badge.size)},
        errors=errors or {},
    )


@get(HOME + "/{serial:str}", opt=allow(Role.organizer))
async def badge(request: Request[Any, Any, Any], serial: FromPath[str]) -> Response[Any]:
    return await _show(request, await queries.badge_with_serial(await require_current(), serial))


async def _note(request: Request[Any, Any, Any], before: BadgeInfo, form: Form) -> tuple[str, str]:
    size = form.number("size") or 0 if before.kind is BadgeKind.group else None
    await changes.annotate(actor_of(request), await require_current(), before.serial, form.text("note"), size)
    return before.serial, mark("Saved. Phones at the gates learn it within a minute.")


async def _reissue(request: Request[Any, Any, Any], before: BadgeInfo, form: Form) -> tuple[str, str]:
    edition, reason = await require_current(), _reason(form, "reissue-reason")
    signed = await changes.sign_again(edition, before.serial)
    made = await changes.reissue(actor_of(request), edition, before.serial, signed, reason)
    return made.serial, mark("The new badge is made. The old one opens no gate any more.")


async def _revoke(request: Request[Any, Any, Any], before: BadgeInfo, form: Form) -> tuple[str, str]:
    reason = _reason(form, "revoke-reason")
    await changes.revoke(actor_of(request), await require_current(), before.serial, reason)
    return before.serial, mark("The badge is revoked. It opens no gate any more.")


async def _mail(request: Request[Any, Any, Any], before: BadgeInfo, form: Form) -> tuple[str, str]:
    await mailing.send(actor_of(request), await require_current(), [before])
    return before.serial, mark("The badge is on its way by mail.")


def _reason(form: Form, name: str) -> str:
    """:raises InvalidInput: none was given; it stands at its own field, for the page has two."""
    try:
        said = changes.said(form.text(name))
    except InvalidInput as refused:
        errors = tuple(FieldError(name, one.code, one.message) for one in refused.errors)
        raise InvalidInput(errors=errors) from refused
    if not said:
        raise InvalidInput(errors=(FieldError(name, "required", mark("Please fill this in.")),))
    return said


_DOES = {"note": _note, "reissue": _reissue, "revoke": _revoke, "mail": _mail}


@post(HOME + "/{serial:str}/{act:str}", opt=allow(Role.organizer))
async def change(request: Request[Any, Any, Any], serial: FromPath[str], act: FromPath[str]) -> Response[Any]:
    if act not in _DOES:
        raise NotFound
    before = await queries.badge_with_serial(await require_current(), serial)
    form = await form_of(request)
    try:
        at, told = await _DOES[act](request, before, form)
    except NotFound:
        raise
    except DomainError as refused:
        now = await queries.badge_with_serial(await require_current(), serial)
        kept = Form({"note": now.note, "size": str(now.size), **form})
        return await _show(request, now, kept, shown_errors(refused, locale_of(request)))
    answer = Redirect(f"{HOME}/{at}", status_code=303)
    flash(answer, told)
    return answer


ROUTES: list[Any] = [badge, change]
