"""The desk of signing clerks: writing deals down, confirming them, amending and ending them."""

from contextlib import suppress
from secrets import token_urlsafe
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from admin.home import Asked, Card, card
from core import money
from core.accounts.roles import Role
from core.db import transaction
from core.editions.queries import EditionInfo, require_current
from core.errors import DomainError, InvalidInput, NotFound
from core.files.rules import PICTURE_OR_DOCUMENT
from core.i18n import Locale, mark, plural, translate
from core.idempotency.services import AlreadyGiven, Once
from deals.queries import deals as queries
from deals.queries import duplicates
from deals.queries.deals import Filter, Standing
from deals.rules.duplicates import SUSPECTS
from deals.services import deals as services
from deals.services import evidence
from deals.tables import DealStatus
from gateway import deals as words
from gateway.access import actor_of, allow
from gateway.deals import Typed
from gateway.forms import Form, form_of, shown_errors
from gateway.locale import locale_of
from gateway.pages import flash, page
from gateway.uploads import UPLOADS, sent_upload
from projects.queries.meetings import meeting_numbered

Req = Request[Any, Any, Any]
SIGNING = allow(Role.signing)
PAGE = 50
TABS = {
    "waiting": mark("To be confirmed"),
    "confirmed": mark("Confirmed"),
    "draft": mark("Drafts"),
    "void": mark("Void"),
    "": mark("All"),
}


def fields_of(edition: EditionInfo, locale: Locale) -> dict[str, str]:
    return {choice.code: choice.name(locale) for choice in edition.all_fields}


def common(edition: EditionInfo, locale: Locale) -> dict[str, Any]:
    return {
        "edition": edition,
        "kinds": words.words(locale, words.KINDS),
        "states": words.words(locale, words.STATES),
        "steps": words.words(locale, words.STEPS),
        "fields": fields_of(edition, locale),
        "grouped": money.grouped,
        "in_units": lambda fen: money.in_units(locale, fen),
    }


@get("/admin/deals", opt=SIGNING)
async def listed(
    request: Req, tab: FromQuery[str] = "waiting", q: FromQuery[str] = "", before: FromQuery[int | None] = None
) -> Response[Any]:
    edition, locale = await require_current(), locale_of(request)
    tab = tab if tab in TABS else "waiting"
    status = DealStatus(tab) if tab in DealStatus.__members__ else None
    wanted = Filter(status, q=q[:100], waiting=tab == "waiting")
    lines = await queries.deals(edition, wanted, before=before, limit=PAGE + 1)
    more = urlencode({"tab": tab, "q": q, "before": lines[PAGE - 1].id}) if len(lines) > PAGE else ""
    return page(
        request,
        "admin/deals/list.html",
        **common(edition, locale),
        lines=lines[:PAGE],
        next_url=f"/admin/deals?{more}" if more else "",
        tab=tab,
        q=q,
        tabs=words.words(locale, TABS),
        total=await queries.count_deals(edition, wanted),
        suspicions=await duplicates.count_open(edition),
        own=actor_of(request).key,
    )


async def _form(
    request: Req,
    typed: dict[str, str],
    *,
    errors: dict[str, str] | None = None,
    read: Typed | None = None,
    one: Standing | None = None,
) -> Response[Any]:
    """``read``: what a look found, to be read back before it is stored."""
    edition, locale = await require_current(), locale_of(request)
    rows = max([words.PARTY_ROWS, *(n + 2 for n in words.numbers(_as_form(typed), "party") if typed[f"party-{n}"])])
    return page(
        request,
        "admin/deals/form.html",
        status_code=422 if errors else 200,
        **common(edition, locale),
        one=one,
        typed=typed,
        errors=errors or {},
        rows=min(rows, words.MOST_PARTY_ROWS),
        looked=None if read is None else _looked(read, locale, edition),
    )


def _as_form(typed: dict[str, str]) -> Form:
    form = Form(typed)
    form.many = {}
    return form


class Looked(msgspec.Struct):
    """What was understood, to be compared with the paper."""

    amount: words.ReadBack | None
    parties: list[str]
    split: list[tuple[str, str, str]]


def _looked(read: Typed, locale: Locale, edition: EditionInfo) -> Looked:
    deal, names = read.deal, fields_of(edition, locale)
    fen = None if deal.amount is None else money.from_plain(deal.amount)
    split = []
    for part in deal.allocations:
        if part.amount is not None:
            own = money.from_plain(part.amount)
            split.append((names[part.field], money.grouped(own), money.in_units(locale, own)))
        else:
            split.append((names[part.field], part.percent or "", ""))
    parties = [one if isinstance(one, str) else (one.exhibitor or one.name or "") for one in deal.parties]
    return Looked(None if fen is None else words.read_back(locale, fen), parties, split)


async def _read(form: Form, edition: EditionInfo) -> Typed:
    known = await queries.exhibitors_numbered(edition, words.asked_numbers(form))
    return words.read(form, edition, known)


@get("/admin/deals/new", opt=SIGNING)
async def new(request: Req) -> Response[Any]:
    """``?meeting=`` for the one that it came of: its parties and its project stand there already."""
    edition = await require_current()
    typed = {**words.fresh(edition), "submission": token_urlsafe(12)}
    number = request.query_params.get("meeting", "")[:20]
    if number:
        with suppress(NotFound):
            typed |= words.from_meeting(await meeting_numbered(edition, number))
    return await _form(request, typed)


async def _checked(edition: EditionInfo, read: Typed) -> None:
    """:raises InvalidInput: as storing it would."""
    known = await services.known_of(edition, read.deal.parties)
    await services.checked(edition, read.deal, known)


@post("/admin/deals/new", opt=SIGNING)
async def create(request: Req) -> Response[Any]:
    edition, form, actor, locale = (
        await require_current(),
        await form_of(request),
        actor_of(request),
        locale_of(request),
    )
    read = await _read(form, edition)
    once = Once(actor.key, "/admin/deals/new", form.text("submission", 60) or "-", repr(sorted(form.items())).encode())
    try:
        if read.errors:
            await _checked(edition, read)
            raise InvalidInput
        if form.text("act", 20) == "look":
            await _checked(edition, read)
            return await _form(request, dict(form), read=read)
        async with transaction():
            await once.claim()
            made = await services.create(actor, edition, read.deal)
            await once.keep(201, made.number.encode())
        number = made.number
    except AlreadyGiven as before:
        number = before.given.body.decode()
    except DomainError as refused:
        shown = read.shown(None if not refused.errors and read.errors else refused, locale)
        return await _form(request, dict(form), errors=shown)
    answer = Redirect(f"/admin/deals/{quote(number)}", status_code=303)
    flash(answer, mark("%(number)s is written down. Another person confirms it."), number=number)
    return answer


async def _deal(request: Req, number: str, errors: dict[str, str] | None = None, typed: str = "") -> Response[Any]:
    edition, locale = await require_current(), locale_of(request)
    one = await queries.standing(edition, number)
    steps = await queries.revisions(edition, number)
    fields = fields_of(edition, locale)
    contents = {step.n: step.figures for step in steps if step.content == step.n}
    changes = {}
    last = None
    for step in steps:
        if step.content == step.n and step.n in contents:
            if last is not None:
                changes[step.n] = words.differences(locale, last, contents[step.n], fields)
            last = contents[step.n]
    counted = one.counted_figures
    names = await queries.names_of([one.author])
    return page(
        request,
        "admin/deals/deal.html",
        status_code=422 if errors else 200,
        **common(edition, locale),
        one=one,
        steps_done=list(reversed(steps)),
        changes=changes,
        figures=words.shown(locale, one.figures, fields),
        people=one.people,
        back=None if one.figures.fen is None else words.read_back(locale, one.figures.fen),
        waiting=words.differences(locale, counted, one.figures, fields) if counted and one.pending else (),
        mine=one.author == actor_of(request).key,
        author=names.get(one.author, ""),
        suspicions=await duplicates.open_suspicions(edition, deal=one.id),
        suspects=words.words(locale, SUSPECTS),
        evidence=await queries.evidence(one.id),
        endings=PICTURE_OR_DOCUMENT.endings,
        errors=errors or {},
        typed_reason=typed,
    )


@get("/admin/deals/{number:str}", opt=SIGNING)
async def deal(request: Req, number: FromPath[str]) -> Response[Any]:
    return await _deal(request, number)


def _to(number: str, said: str) -> Response[Any]:
    answer = Redirect(f"/admin/deals/{quote(number)}", status_code=303)
    flash(answer, said)
    return answer


def _revision(form: Form) -> int | None:
    typed = form.text("revision", 9)
    return int(typed) if typed.isascii() and typed.isdecimal() else None


@post("/admin/deals/{number:str}/confirm", opt=SIGNING)
async def confirm(request: Req, number: FromPath[str]) -> Response[Any]:
    edition, form = await require_current(), await form_of(request)
    try:
        await services.confirm(actor_of(request), edition, number, expected=_revision(form))
    except DomainError as refused:
        if refused.status == 404:
            raise
        return await _deal(request, number, shown_errors(refused, locale_of(request)))
    return _to(number, mark("Confirmed: it counts from now on."))


@post("/admin/deals/{number:str}/void", opt=SIGNING)
async def void(request: Req, number: FromPath[str]) -> Response[Any]:
    edition, form = await require_current(), await form_of(request)
    reason = form.text("reason", 2000)
    try:
        await services.void(actor_of(request), edition, number, reason=reason, expected=_revision(form))
    except DomainError as refused:
        if refused.status == 404:
            raise
        return await _deal(request, number, shown_errors(refused, locale_of(request)), reason)
    return _to(number, mark("It is void. Nothing of it counts any more."))


@post("/admin/deals/{number:str}/evidence", opt={**SIGNING, **UPLOADS})
async def add_evidence(request: Req, number: FromPath[str]) -> Response[Any]:
    edition, locale = await require_current(), locale_of(request)
    errors: dict[str, str] = {}
    async with sent_upload(request) as sent:
        checked = await sent.examined("file", PICTURE_OR_DOCUMENT, errors, required=mark("Please choose a file."))
        if checked is None:
            return await _deal(request, number, {name: translate(locale, said) for name, said in errors.items()})
        await evidence.add(actor_of(request), edition, number, checked)
    return _to(number, mark("The file is kept with its fingerprint."))


@get("/admin/deals/{number:str}/amend", opt=SIGNING)
async def amend_page(request: Req, number: FromPath[str]) -> Response[Any]:
    edition = await require_current()
    one = await queries.standing(edition, number)
    typed = {**words.filled(one.figures, one.people), "revision": str(one.revision)}
    return await _form(request, typed, one=one)


@post("/admin/deals/{number:str}/amend", opt=SIGNING)
async def amend(request: Req, number: FromPath[str]) -> Response[Any]:
    edition, form, locale = await require_current(), await form_of(request), locale_of(request)
    one = await queries.standing(edition, number)
    read = await _read(form, edition)
    try:
        if read.errors:
            await _checked(edition, read)
            raise InvalidInput
        if form.text("act", 20) == "look":
            await _checked(edition, read)
            return await _form(request, dict(form), read=read, one=one)
        await services.amend(
            actor_of(request), edition, number, read.deal, reason=form.text("reason", 2000), expected=_revision(form)
        )
    except DomainError as refused:
        shown = read.shown(None if not refused.errors and read.errors else refused, locale)
        return await _form(request, dict(form), errors=shown, one=one)
    return _to(number, mark("The change is written down. Until another person confirms it, the old figures count."))


@card(Role.signing)
async def _waiting(asked: Asked) -> Card | None:
    if asked.edition is None:
        return None
    locale = asked.locale
    waiting = await queries.count_deals(asked.edition, Filter(waiting=True))
    same = await duplicates.count_open(asked.edition)
    note = translate(locale, "Each needs a second person.") if waiting else ""
    if same:
        note = plural(locale, "%(n)s pair may be one deal.", "%(n)s pairs may be one deal.", same)
    return Card(translate(locale, "Deals to confirm"), f"{waiting:,}", note, "/admin/deals", attention=bool(same))


ROUTES: list[Any] = [listed, new, create, deal, confirm, void, add_evidence, amend_page, amend]
