"""One application on one screen: what was sent, what to look at, the decision and its mail, what happened so far."""

from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from admin.documents import groups
from admin.exhibitors import Chosen, names, states
from core import clock, text
from core.accounts.roles import Role
from core.editions.queries import require_current
from core.errors import DomainError, InvalidInput
from core.i18n import Locale, mark, translate
from core.mail.services import Message
from exhibitors.queries import applications
from exhibitors.queries import review as queries
from exhibitors.queries.applications import ExhibitorDetail
from exhibitors.rules import review as rules
from exhibitors.rules import steps
from exhibitors.rules.applications import countries
from exhibitors.rules.review import Comment
from exhibitors.services import review as services
from exhibitors.tables import ConsentBy, FileKind, Step
from gateway.access import actor_of, allow
from gateway.applications import kinds
from gateway.forms import form_of, shown_errors
from gateway.locale import locale_of
from gateway.pages import flash, page

Asked = Request[Any, Any, Any]
REVIEW = allow(Role.reviewer)

#: What a reviewer's button says.
DECISIONS = {
    Step.approve: mark("Approve"),
    Step.request_changes: mark("Ask for changes"),
    Step.waitlist: mark("Put on the waiting list"),
    Step.unwaitlist: mark("Take off the waiting list"),
    Step.reject: mark("Reject"),
    Step.reopen: mark("Look at it again"),
}
#: What the history says.
HAPPENED = {
    Step.submit: mark("Submitted again"),
    Step.request_changes: mark("Changes requested"),
    Step.waitlist: mark("Put on the waiting list"),
    Step.unwaitlist: mark("Taken off the waiting list"),
    Step.approve: mark("Approved"),
    Step.reject: mark("Rejected"),
    Step.reopen: mark("Looked at again"),
    Step.assign: mark("Booth assigned"),
    Step.release: mark("Booth released"),
    Step.confirm: mark("Booth confirmed"),
    Step.withdraw: mark("Withdrawn"),
    Step.undo: mark("Undone"),
}
CONSENTS = {
    ConsentBy.form: mark("given by the form"),
    ConsentBy.paper: mark("given on paper, written down by an organizer"),
    ConsentBy.phone: mark("given on the phone, written down by an organizer"),
    ConsentBy.sheet: mark("read in from a spreadsheet by an organizer, who answers for it"),
}


class Typed(msgspec.Struct):
    """The decision as it was typed."""

    decision: str = ""
    note: str = ""
    comments: dict[str, str] = {}

    @property
    def said(self) -> list[Comment]:
        return [Comment(field, comment) for field, comment in self.comments.items() if comment.strip()]


def _shown(one: ExhibitorDetail, known: dict[str, str], locale: Locale) -> dict[str, str]:
    """What stands in each field that can be commented on, contact data masked."""
    return {
        "name": one.name,
        "name_en": one.name_en,
        "kind": kinds(locale)[one.kind.value],
        "country": countries(locale).get(one.country, one.country),
        "credit_code": one.credit_code or "",
        "registration_number": one.registration_number,
        "categories": " · ".join(known.get(code, code) for code in one.categories),
        "fields": " · ".join(known.get(code, code) for code in one.fields),
        "contact.name": one.contact.name,
        "contact.mobile": text.mask_phone(one.contact.mobile),
        "contact.email": text.mask_email(one.contact.email),
        "lintel_zh": one.lintel_zh,
        "lintel_en": one.lintel_en,
        "power": one.power,
        "water": translate(locale, "needed") if one.water else "",
        "exhibits": one.exhibits,
        "website": one.website,
        "intro": one.intro,
    }


async def _show(
    request: Asked,
    number: str,
    *,
    status_code: int = 200,
    typed: Typed | None = None,
    errors: dict[str, str] | None = None,
    preview: Message | None = None,
    contact_open: bool = False,
) -> Response[Any]:
    edition, locale, actor = await require_current(), locale_of(request), actor_of(request)
    one = await applications.exhibitor_numbered(edition, number)
    chosen, typed = Chosen.of(request.query_params), typed or Typed()
    known = names(edition, locale)
    documents = await groups(one.id, locale)
    history = await queries.history(one.id)
    seen = await queries.seen_elsewhere(edition, one, locale)
    shown = _shown(one, known, locale)
    if contact_open:
        shown |= {"contact.mobile": one.contact.mobile, "contact.email": one.contact.email}
    decisions = [(step.value, translate(locale, DECISIONS[step])) for step in steps.decisions(one.status)]
    last = history[0] if history else None
    undoable = last is not None and steps.may_be_undone(last.step, clock.now() - last.at)
    return page(
        request,
        "admin/exhibitor.html",
        status_code=status_code,
        edition=edition,
        one=one,
        chosen=chosen,
        query=chosen.query(),
        near=await queries.neighbours(edition, chosen.filter, one),
        states=states(locale),
        labels={field: translate(locale, label) for field, label in rules.COMMENTABLE.items()},
        shown=shown,
        documents=documents,
        hints=rules.hints(
            credit_code=one.credit_code,
            kind=one.kind,
            overridden=one.check_digit_overridden,
            has_licence=any(group.kind is FileKind.licence for group in documents),
            seen=seen,
        ),
        consent=await queries.consent(one.id),
        consents={by.value: translate(locale, text_) for by, text_ in CONSENTS.items()},
        history=history,
        happened={step.value: translate(locale, text_) for step, text_ in HAPPENED.items()},
        undo_until=last.at + steps.UNDO_WITHIN if last is not None and undoable else None,
        decisions=decisions,
        typed=typed,
        errors=errors or {},
        preview=preview,
        contact_open=contact_open,
        is_organizer=Role.organizer in actor.roles,
    )


@get("/admin/exhibitors/{number:str}", opt=REVIEW)
async def exhibitor(request: Asked, number: FromPath[str]) -> Response[Any]:
    return await _show(request, number)


def _here(request: Asked, number: str) -> str:
    return f"/admin/exhibitors/{number}?{Chosen.of(request.query_params).query()}"


@post("/admin/exhibitors/{number:str}/decision", opt=REVIEW)
async def decide(request: Asked, number: FromPath[str]) -> Response[Any]:
    """``act=preview`` only shows the mail."""
    form, locale, edition = await form_of(request), locale_of(request), await require_current()
    comments = {field: form.text(f"comments.{field}", 5000) for field in rules.COMMENTABLE}
    typed = Typed(form.text("decision", 40), form.text("note"), comments)
    try:
        if typed.decision not in Step.__members__:
            raise InvalidInput(mark("Please choose a decision."))
        step = Step(typed.decision)
        if form.text("act", 20) == "preview":
            preview = await services.preview(edition, number, step, note=typed.note, comments=typed.said)
            return await _show(request, number, typed=typed, preview=preview)
        await services.decide(actor_of(request), edition, number, step, note=typed.note, comments=typed.said)
    except (InvalidInput, steps.WrongStatus) as refused:
        errors = shown_errors(refused, locale)
        return await _show(request, number, status_code=refused.status, typed=typed, errors=errors)
    answer = Redirect(_here(request, number), status_code=303)
    flash(answer, mark("The decision is kept. Its mail goes out in ten minutes; until then you can undo it."))
    return answer


@post("/admin/exhibitors/{number:str}/undo", opt=REVIEW)
async def undo(request: Asked, number: FromPath[str]) -> Response[Any]:
    answer = Redirect(_here(request, number), status_code=303)
    try:
        await services.undo(actor_of(request), await require_current(), number)
        flash(answer, mark("The decision is undone, and its mail will not be sent."))
    except (steps.TooLateToUndo, steps.WrongStatus) as refused:
        flash(answer, refused.message, kind="bad")
    return answer


@post("/admin/exhibitors/{number:str}/contact", opt=REVIEW)
async def open_contact(request: Asked, number: FromPath[str]) -> Response[Any]:
    """Shown in this answer alone: the next look is written down again."""
    form, edition = await form_of(request), await require_current()
    await applications.exhibitor_numbered(edition, number)
    try:
        await services.open_contact(actor_of(request), edition, number, form.text("reason", 500))
    except DomainError as refused:
        errors = shown_errors(refused, locale_of(request))
        return await _show(request, number, status_code=refused.status, errors=errors)
    return await _show(request, number, contact_open=True)


@post("/admin/exhibitors/{number:str}/check-digit", opt=allow(Role.organizer))
async def pass_check_digit(request: Asked, number: FromPath[str]) -> Response[Any]:
    await services.pass_check_digit(actor_of(request), await require_current(), number)
    answer = Redirect(_here(request, number), status_code=303)
    flash(answer, mark("The code passes as it is; this stands in the audit trail."))
    return answer


ROUTES: list[Any] = [exhibitor, decide, undo, open_contact, pass_check_digit]
