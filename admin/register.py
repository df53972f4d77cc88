"""An organizer fills the application in for somebody who called or sent paper (代报名), also outside the registration
window."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.response import Redirect

from core.accounts.roles import Role
from core.editions.queries import EditionInfo, require_current
from core.errors import FieldError, InvalidInput
from core.files.held import HeldGone
from core.i18n import LOCALES, mark, translate
from exhibitors.queries.former import find_former, former
from exhibitors.rules import applications as rules
from exhibitors.services.registration import AlreadyRegistered, checked, register_for
from exhibitors.tables import ConsentBy
from gateway.access import actor_of, allow
from gateway.applications import Typed, file_fields, kinds, new_submission, placed, sent_files
from gateway.attachments import Kept
from gateway.locale import locale_of
from gateway.pages import flash, page
from gateway.uploads import UPLOADS, sent_upload

Asked = Request[Any, Any, Any]
DESK = allow(Role.organizer)
CONSENTS = {ConsentBy.paper: mark("On paper"), ConsentBy.phone: mark("On the phone")}


async def _show(
    request: Asked,
    edition: EditionInfo,
    typed: Typed,
    errors: tuple[FieldError, ...] = (),
    *,
    consent_by: str = "",
    writes_in: str = "zh-CN",
    may_slip: bool = False,
    kept: dict[str, Kept | None] | None = None,
) -> Response[Any]:
    locale, q = locale_of(request), request.query_params.get("q", "").strip()[:100]
    return page(
        request,
        "admin/exhibitor_new.html",
        status_code=422 if errors else 200,
        edition=edition,
        typed=typed,
        errors=placed(errors, locale),
        categories=[(choice.code, choice.name(locale)) for choice in edition.categories],
        countries=list(rules.countries(locale).items()),
        kinds=list(kinds(locale).items()),
        consents=[(by.value, translate(locale, name)) for by, name in CONSENTS.items()],
        consent_by=consent_by,
        writes_in=writes_in,
        slips=may_slip or any(error.code == "check_digit" for error in errors),
        may_slip=may_slip,
        files=file_fields(locale, kept or {}),
        q=q,
        former=await find_former(edition, q) if q else [],
    )


@get("/admin/exhibitors/new", opt=DESK)
async def form(request: Asked) -> Response[Any]:
    """``?q=`` looks for former exhibitors, ``?previous=`` begins with what one of them sent."""
    edition = await require_current()
    wanted = Typed(previous=request.query_params.get("previous", ""))
    found = None if wanted.former is None else await former(edition, wanted.former)
    if found is None:
        return await _show(request, edition, Typed(submission=new_submission()))
    codes = [[choice.code for choice in offered] for offered in (edition.categories, edition.fields)]
    return await _show(request, edition, Typed.from_former(found, *codes), writes_in=found.locale)


@post("/admin/exhibitors/new", opt={**DESK, **UPLOADS})
async def send(request: Asked) -> Response[Any]:
    edition = await require_current()
    async with sent_upload(request) as upload:
        sent = upload.form
        typed = Typed.of(upload.fields)
        files = await sent_files(request, upload, typed.submission)
    consent_by, writes_in = sent.text("consent_by", 20), sent.text("writes_in", 20)
    may_slip = bool(sent.text("may_slip", 10))
    began = None if typed.former is None else await former(edition, typed.former)
    # The organizer does not consent: what the person said is written down.
    consent = next((by for by in CONSENTS if by.value == consent_by), None)
    typed.consent, typed.privacy_version = "1" if consent else "", edition.privacy_version
    wanted = next((locale for locale in LOCALES if locale == writes_in), LOCALES[0])
    faults = files.faults
    try:
        if faults:
            checked(typed.application(), edition, wanted, may_slip=may_slip)
            raise InvalidInput
        made = await register_for(
            actor_of(request),
            edition,
            typed.application(),
            wanted,
            consent=consent or ConsentBy.paper,
            may_slip=may_slip,
            submission=typed.submission,
            previous=None if began is None else began.id,
            files=files.ready,
        )
    except InvalidInput as refused:
        faults += tuple(
            FieldError("consent_by", "required", mark("Please say how the person has consented."))
            if fault.field == "privacy_version"
            else fault
            for fault in refused.errors
        )
    except AlreadyRegistered as refused:
        faults = (FieldError("credit_code", refused.code, refused.message),)
    except HeldGone as refused:
        faults = files.gone(refused)
    else:
        answer = Redirect(f"/admin/exhibitors/{made.number}", status_code=303)
        flash(answer, mark("The application is registered. Its contact gets a mail with the number and a link."))
        return answer
    return await _show(
        request,
        edition,
        typed,
        faults,
        consent_by=consent_by,
        writes_in=wanted,
        may_slip=may_slip,
        kept=await files.kept(),
    )


ROUTES: list[Any] = [form, send]
