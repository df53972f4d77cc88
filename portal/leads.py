"""Interest by badge (线索): what an exhibitor's staff read at the booth, and the question before it."""

from typing import Any
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.params import FromPath

from checkin.queries import leads as queries
from checkin.queries.leads import Sought
from checkin.rules import leads as rules
from checkin.rules.leads import LeadIn
from checkin.services import lead_sheets
from checkin.services import leads as services
from checkin.services.leads import Reading
from core.errors import DomainError, FieldError, InvalidInput, NotFound
from core.i18n import LOCALES, Locale, mark, translate
from exhibitors.rules.desk import ADMITTED
from gateway import limits
from gateway.access import PUBLIC, SIGNED_IN
from gateway.forms import Form, form_of, shown_errors
from gateway.lists import after_of, listing
from gateway.pages import flash
from gateway.sheets import spreadsheet
from portal.desk import Asked, Desk, opened
from portal.desk.frame import desk_page
from portal.kept_pages import KeptPage
from portal.signin import redirect

PAGE = 50
#: A page of the desk is made of more than the scanner's: it may take longer.
KEPT = KeptPage("leads", pages="^/portal/[^/]+/leads/scan$", sources=("leads.ts", "main.ts", "main.css"), patience=3)
REFUSED = {
    Reading.unknown_badge: mark("There is no valid badge with this number."),
    Reading.own_badge: mark("This badge is your own firm's."),
}


def _rating(typed: str) -> int | None:
    return int(typed) if typed in {"1", "2", "3", "4", "5"} else None


def _sought(asked: Any) -> Sought:
    return Sought(asked.get("q", "").strip()[:100], _rating(asked.get("rating", "")))


async def _list(
    request: Asked, desk: Desk, typed: Form | None = None, errors: dict[str, str] | None = None
) -> Response[Any]:
    asked = request.query_params if typed is None else {}
    sought = _sought(asked)
    after = after_of(request, asked.get("cursor"))
    before = int(after[0]) if after else None
    found = await queries.leads(desk.edition, desk.id, sought, before=before, limit=PAGE + 1)
    total = await queries.count_leads(desk.edition, desk.id, sought)
    piece = listing(request, found, PAGE, total, key=lambda one: (one.id,))
    wanted = {"q": sought.q, "rating": str(sought.rating or "")}
    at = f"/portal/{desk.number}/leads"
    return desk_page(
        request,
        desk,
        "leads",
        errors=errors,
        typed=typed or Form(),
        leads=piece.items,
        total=total,
        next_url=f"{at}?{urlencode({**wanted, 'cursor': piece.next})}" if piece.next else "",
        wanted=wanted,
        filtered=bool(sought.q or sought.rating),
        may=desk.one.status in ADMITTED,
    )


@get("/portal/{number:str}/leads", opt=SIGNED_IN)
async def leads(request: Asked, number: FromPath[str]) -> Response[Any]:
    return await _list(request, await opened(request, number))


def _ask(request: Asked, desk: Desk, form: Form, badge_locale: str) -> Response[Any]:
    """The question on the whole screen, first in the visitor's language."""
    first: Locale = next((one for one in LOCALES if one == badge_locale), desk.locale)
    questions = [
        (locale, translate(locale, rules.QUESTION, firm=desk.one.name))
        for locale in sorted(LOCALES, key=lambda one: one != first)
    ]
    return desk_page(
        request, desk, "lead_consent", typed=form, questions=questions, answers=_words(), version=rules.CONSENT_VERSION
    )


def _words() -> dict[str, dict[Locale, str]]:
    """The two answers in each language."""
    return {
        "yes": {locale: translate(locale, mark("Yes, I agree")) for locale in LOCALES},
        "no": {locale: translate(locale, mark("No, thank you")) for locale in LOCALES},
    }


@post("/portal/{number:str}/leads", opt=SIGNED_IN)
async def take(request: Asked, number: FromPath[str]) -> Response[Any]:
    desk, form = await opened(request, number), await form_of(request)
    asked = form.text("asked_in", 10)
    typed = LeadIn(
        code=form.text("code", 5000) or None,
        serial=form.text("serial", 200),
        consent=form.text("consent", 20) or None,
        locale=asked or desk.locale,
        note=form.text("note"),
        rating=_rating(form.text("rating", 5)),
        tags=rules.tags_in(form.text("tags", 1000)),
    )
    await limits.count("leads", f"exhibitor:{desk.number}")
    try:
        read = await services.take(desk.actor, desk.edition, desk.number, typed)
        if read.status in REFUSED:
            raise InvalidInput(errors=(FieldError("serial", read.status.value, REFUSED[read.status]),))
    except NotFound:
        raise
    except DomainError as refused:
        return await _list(request, desk, form, shown_errors(refused, desk.locale))
    if read.lead is None:
        return _ask(request, desk, form, read.locale)
    answer = redirect(f"/portal/{desk.number}/leads/{read.lead}")
    flash(answer, mark("Kept. Add a note while you remember."))
    return answer


@get("/portal/leads-worker.js", opt=PUBLIC, sync_to_thread=False)
def worker() -> Response[bytes]:
    return KEPT.worker()


@get("/portal/{number:str}/leads/scan", opt=SIGNED_IN)
async def scan(request: Asked, number: FromPath[str]) -> Response[Any]:
    desk = await opened(request, number)
    if desk.one.status not in ADMITTED:
        return await _list(request, desk)
    questions = [(locale, translate(locale, rules.QUESTION, firm=desk.one.name)) for locale in LOCALES]
    return desk_page(request, desk, "lead_scan", questions=questions, answers=_words(), version=rules.CONSENT_VERSION)


async def _one(
    request: Asked, desk: Desk, lead: int, typed: Form | None = None, errors: dict[str, str] | None = None
) -> Response[Any]:
    one = await queries.lead(desk.edition, desk.id, lead)
    return desk_page(request, desk, "lead", errors=errors, lead=one, typed=typed)


@get("/portal/{number:str}/leads/{lead:int}", opt=SIGNED_IN)
async def one(request: Asked, number: FromPath[str], lead: FromPath[int]) -> Response[Any]:
    return await _one(request, await opened(request, number), lead)


@post("/portal/{number:str}/leads/{lead:int}", opt=SIGNED_IN)
async def remark(request: Asked, number: FromPath[str], lead: FromPath[int]) -> Response[Any]:
    desk, form = await opened(request, number), await form_of(request)
    try:
        said = rules.remarks(form.text("note"), _rating(form.text("rating", 5)), rules.tags_in(form.text("tags", 1000)))
        await services.remark(desk.actor, desk.edition, desk.number, lead, said)
    except InvalidInput as refused:
        return await _one(request, desk, lead, form, shown_errors(refused, desk.locale))
    answer = redirect(f"/portal/{desk.number}/leads")
    flash(answer, mark("Saved."))
    return answer


@get("/portal/{number:str}/leads.xlsx", opt=SIGNED_IN)
async def sheet(request: Asked, number: FromPath[str]) -> Response[bytes]:
    desk = await opened(request, number)
    made = await lead_sheets.export(desk.actor, desk.edition, desk.number, desk.locale)
    return spreadsheet(made, "leads")


ROUTES: list[Any] = [worker, leads, take, scan, one, remark, sheet]
