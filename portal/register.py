"""The exhibitors' registration form (参展报名), over the same service as the API's."""

from typing import Any
from urllib.parse import urlencode

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from core import text
from core.accounts.errors import LinkUsed
from core.accounts.services import signin
from core.editions.queries import EditionInfo, current_edition, require_current
from core.errors import DomainError, FieldError, InvalidInput, NotFound
from core.files.held import HeldGone
from core.i18n import mark
from exhibitors.queries import drafts
from exhibitors.queries.applications import number_of_submission
from exhibitors.queries.former import former, former_of
from exhibitors.rules import applications as rules
from exhibitors.services import drafts as keeping
from exhibitors.services.links import ask_for_access
from exhibitors.services.registration import AlreadyRegistered, RegistrationClosed, checked, register
from gateway.access import PUBLIC, SIGNED_IN, actor_of
from gateway.applications import SentFiles, Typed, file_fields, kinds, new_submission, placed, sent_files
from gateway.attachments import Kept
from gateway.forms import form_of
from gateway.locale import locale_of
from gateway.pages import flash, page
from gateway.uploads import UPLOADS, sent_upload
from portal.signin import redirect, welcome, where_of

Asked = Request[Any, Any, Any]


async def _show(
    request: Asked,
    edition: EditionInfo,
    typed: Typed,
    errors: tuple[FieldError, ...] = (),
    *,
    already: bool = False,
    kept: dict[str, Kept | None] | None = None,
    goes_on: bool = False,
) -> Response[Any]:
    locale = locale_of(request)
    return page(
        request,
        "portal/register.html",
        status_code=422 if errors else 200,
        edition=edition,
        registration=edition.registration(),
        typed=typed,
        categories=[(choice.code, choice.name(locale)) for choice in edition.categories],
        errors=placed(errors, locale),
        countries=list(rules.countries(locale).items()),
        kinds=list(kinds(locale).items()),
        already=already,
        files=file_fields(locale, kept or {}),
        former=[] if errors or goes_on or typed.previous else await former_of(actor_of(request), edition),
        drafts=[] if errors or goes_on else await drafts.drafts_of(actor_of(request), edition),
        goes_on=goes_on,
    )


@get("/register", opt=PUBLIC)
async def form(request: Asked) -> Response[Any]:
    """``?previous=`` begins with what was sent to another edition, for those who may use its desk; ``?draft=`` goes on
    with what one has kept."""
    edition = await current_edition()
    if edition is None:
        return page(request, "portal/no_edition.html")
    if draft := request.query_params.get("draft", ""):
        typed = Typed.kept(await drafts.form_of(actor_of(request), edition, draft))
        return await _show(request, edition, typed, goes_on=True)
    wanted = Typed(submission=new_submission(), previous=request.query_params.get("previous", ""))
    if wanted.former is not None:
        found = await former(edition, wanted.former, of=actor_of(request))
        if found is not None:
            codes = [[choice.code for choice in offered] for offered in (edition.categories, edition.fields)]
            return await _show(request, edition, Typed.from_former(found, *codes))
    return await _show(request, edition, Typed(submission=new_submission()))


@post("/register", opt={**PUBLIC, **UPLOADS, "limit": "register"})
async def send(request: Asked) -> Response[Any]:
    edition = await current_edition()
    if edition is None:
        return page(request, "portal/no_edition.html")
    actor = actor_of(request)
    async with sent_upload(request) as sent:
        typed = Typed.of(sent.fields)
        files = await sent_files(request, sent, typed.submission)
    if sent.form.text("act", 10) == "keep":
        return await _keep(request, edition, typed, files)
    began = None if typed.former is None else await former(edition, typed.former, of=actor)
    already, faults = False, files.faults
    try:
        if faults:
            # All that is to be mended is said at once.
            checked(typed.application(), edition, locale_of(request))
        else:
            await register(
                actor,
                edition,
                typed.application(),
                locale_of(request),
                submission=typed.submission,
                previous=None if began is None else began.id,
                files=files.ready,
            )
            return Redirect(f"/register/{typed.submission}", status_code=303)
    except InvalidInput as refused:
        faults += refused.errors
    except AlreadyRegistered as refused:
        already, faults = True, (FieldError("credit_code", refused.code, refused.message),)
    except HeldGone as refused:
        faults = files.gone(refused)
    except RegistrationClosed:
        return await _show(request, edition, typed)
    return await _show(request, edition, typed, faults, already=already, kept=await files.kept())


async def _keep(request: Asked, edition: EditionInfo, typed: Typed, files: SentFiles) -> Response[Any]:
    """Unchecked: under the account, else by a link that is mailed."""
    actor, locale = actor_of(request), locale_of(request)
    try:
        if actor.kind == "account":
            await keeping.keep(actor, edition, typed.submission, typed.name, typed.to_keep())
            answer = redirect("/portal")
            flash(answer, mark("Kept. Go on with it whenever you like; it is not sent yet."))
            return answer
        await keeping.keep_by_mail(
            edition, typed.submission, typed.name, typed.to_keep(), typed.contact_email, typed.contact_name, locale
        )
    except RegistrationClosed:
        return await _show(request, edition, typed)
    except NotFound:
        raise
    except DomainError as refused:
        faults = refused.errors or (FieldError("", refused.code, refused.message),)
        return await _show(request, edition, typed, faults, kept=await files.kept())
    return page(request, "portal/draft_mailed.html", edition=edition, email=typed.contact_email.strip())


@post("/register/drafts/{submission:str}/discard", opt=SIGNED_IN)
async def discard(request: Asked, submission: FromPath[str]) -> Response[Any]:
    edition = await require_current()
    await keeping.discard(actor_of(request), edition, submission)
    answer = redirect("/portal")
    flash(answer, mark("Discarded."))
    return answer


@get("/register/drafts/{token:str}", opt=PUBLIC)
async def draft_page(request: Asked, token: FromPath[str]) -> Response[Any]:
    """A button: a mail scanner's GET uses nothing up."""
    try:
        _, _, name, _ = await keeping.peek(token)
    except LinkUsed:
        return page(request, "portal/draft_enter.html", status_code=410, used=True, name="", token="")
    return page(request, "portal/draft_enter.html", used=False, name=name, token=token)


@post("/register/drafts/{token:str}", opt={**PUBLIC, "limit": "login"})
async def enter_draft(request: Asked, token: FromPath[str]) -> Response[Any]:
    try:
        confirmed, submission = await keeping.confirm(token, locale_of(request))
    except LinkUsed:
        return page(request, "portal/draft_enter.html", status_code=410, used=True, name="", token="")
    at = f"/register?draft={submission}"
    if confirmed.is_staff:
        return redirect("/login?" + urlencode({"next": at}))
    return await welcome(request, await signin.after_link(confirmed.account, where_of(request), how="invite"), at)


@post("/register/access", opt={**PUBLIC, "limit": "register"})
async def access(request: Asked) -> Response[Any]:
    """Answers the same whatever stands behind the code."""
    edition, form = await current_edition(), await form_of(request)
    try:
        name, email = text.line(form.text("contact_name", 400))[:100], text.email(form.text("contact_email", 1000))
        code = text.code(form.text("credit_code", 100))
    except text.Fault:
        name = email = code = ""
    if edition is not None and name and email and code:
        await ask_for_access(edition, code, name, email)
    return page(request, "portal/access_asked.html")


@get("/register/{submission:str}", opt=PUBLIC)
async def done(request: Asked, submission: FromPath[str]) -> Response[Any]:
    """Only the browser that sent the form knows this address."""
    edition = await current_edition()
    number = None if edition is None else await number_of_submission(edition, submission)
    if number is None:
        raise NotFound
    return page(request, "portal/registered.html", edition=edition, number=number)


ROUTES: list[Any] = [form, send, discard, draft_page, enter_draft, access, done]
