"""The exhibitor's own desk (参展商中心): status and to-dos, profile, products, colleagues, badges, messages.

Each address carries the exhibitor's number; whoever is no member of that desk gets 404, as for a number that is none.
"""

from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath

from checkin import queries as badges
from checkin import services as checkin
from core.accounts.roles import Actor
from core.editions.queries import EditionInfo, current_edition, edition_named
from core.errors import DomainError, NotFound
from core.i18n import Locale, mark, translate
from exhibitors.queries import desk as queries
from exhibitors.queries import drawings
from exhibitors.queries.applications import ExhibitorDetail, exhibitor_numbered
from exhibitors.queries.booths import booths_of
from exhibitors.queries.files import files_of
from exhibitors.queries.review import history
from exhibitors.rules import desk as rules
from exhibitors.rules.applications import ApplicationIn, BoothIn, ContactIn, countries
from exhibitors.rules.desk import Facts, Todo, badge_quota
from exhibitors.rules.files import ACCEPTS, HINTS, NAMES
from exhibitors.rules.review import COMMENTABLE
from exhibitors.services import booths as booth_services
from exhibitors.services import desk as services
from exhibitors.services import files as file_services
from exhibitors.services import steps
from exhibitors.tables import FileKind, Status, Step
from gateway.access import PUBLIC, SIGNED_IN, actor_of
from gateway.applications import kinds, place_of
from gateway.forms import Form, form_of, shown_errors
from gateway.locale import locale_of
from gateway.pages import flash, page, public_page
from gateway.uploads import UPLOADS, sent_upload
from portal.pages import values_of
from portal.signin import redirect

Asked = Request[Any, Any, Any]

#: A state in the applicant's words, and what happens next.
STATES = {
    Status.draft: (mark("Draft"), mark("It has not been sent yet.")),
    Status.submitted: (
        mark("Under review"),
        mark("The organizers look at your application and write to you. Until then you need do nothing."),
    ),
    Status.changes_requested: (
        mark("Please mend it"),
        mark("The organizers ask you to change something. Mend it here and send it again."),
    ),
    Status.waitlisted: (
        mark("On the waiting list"),
        mark("There is no room at the moment. When some falls free, you will hear by mail."),
    ),
    Status.approved: (
        mark("Approved"),
        mark("You take part. The organizers will now give you a booth and write to you."),
    ),
    Status.booth_assigned: (
        mark("Booth assigned"),
        mark("Please look at your booth and confirm it."),
    ),
    Status.confirmed: (mark("All settled"), mark("Your booth is confirmed. We look forward to seeing you.")),
    Status.rejected: (
        mark("Not accepted"),
        mark("The organizers could not accept this application. If you think that this is a mistake, write to them."),
    ),
    Status.withdrawn: (
        mark("Withdrawn"),
        mark("You have withdrawn this application. To take part after all, write to the organizers."),
    ),
}

TODOS = {
    Todo.mend: (mark("Change what the organizers ask for"), "details"),
    Todo.read: (mark("Read the organizers' message"), "messages"),
    Todo.confirm: (mark("Confirm your booth"), ""),
    Todo.introduce: (mark("Introduce yourself to visitors"), "profile"),
    Todo.products: (mark("Show your products"), "products"),
    Todo.drawings: (mark("Hand in the drawings of your booth"), "drawings"),
    Todo.badges: (mark("Make badges for your staff"), "badges"),
}

STEPS = {
    Step.submit: mark("Application sent"),
    Step.request_changes: mark("Changes asked for"),
    Step.waitlist: mark("Put on the waiting list"),
    Step.unwaitlist: mark("Taken off the waiting list"),
    Step.approve: mark("Approved"),
    Step.reject: mark("Not accepted"),
    Step.reopen: mark("Review begun again"),
    Step.assign: mark("Booth assigned"),
    Step.release: mark("Booth given up"),
    Step.confirm: mark("Booth confirmed"),
    Step.withdraw: mark("Withdrawn"),
    Step.undo: mark("Last step taken back"),
}


class Desk(msgspec.Struct, frozen=True):
    """One exhibitor's desk, opened by somebody who may."""

    actor: Actor
    edition: EditionInfo
    id: int
    one: ExhibitorDetail
    locale: Locale

    @property
    def number(self) -> str:
        return self.one.number


async def opened(request: Asked, number: str) -> Desk:
    """Of the edition in which this person has it; organizers see those of the current one."""
    actor = actor_of(request)
    slug = await queries.edition_of(number, actor.id) if actor.kind == "account" and actor.id is not None else None
    edition = await edition_named(slug)
    exhibitor = await queries.opened_by(actor, edition, number)
    return Desk(actor, edition, exhibitor, await exhibitor_numbered(edition, number), locale_of(request))


def _page(
    request: Asked, desk: Desk, template: str, *, errors: dict[str, str] | None = None, **values: Any
) -> Response[Any]:
    label, next_ = STATES[desk.one.status]
    return page(
        request,
        f"portal/desk/{template}.html",
        status_code=422 if errors else 200,
        edition=desk.edition,
        one=desk.one,
        number=desk.number,
        here=template,
        admitted=desk.one.status in rules.ADMITTED,
        state_label=translate(desk.locale, label),
        state_next=translate(desk.locale, next_),
        errors=errors or {},
        **values,
    )


async def _todos(desk: Desk) -> list[tuple[str, str, bool, Any]]:
    facts = Facts(
        status=desk.one.status,
        has_intro=bool(desk.one.intro),
        products=len(await queries.products(desk.id)),
        badges=len(await badges.badges_of(desk.id)),
        unread=await queries.unread(desk.id, by_organizers=False),
        first_day=desk.edition.first_day if desk.edition.days else None,
        held_until=await queries.held_until(desk.id),
        builds=await drawings.builds(desk.id),
        drawings=await drawings.state_of(desk.id),
    )
    out = []
    for task in rules.tasks(facts):
        text, where = TODOS[task.what]
        path = f"/portal/{desk.number}" + (f"/{where}" if where else "#booth")
        until = task.until if task.until and task.until >= desk.edition.today() else None
        out.append((translate(desk.locale, text), path, task.done, until))
    return out


@get("/portal", opt=PUBLIC)
async def own_desks(request: Asked) -> Response[Any]:
    """Straight to the one desk that somebody has; who has several chooses."""
    actor = actor_of(request)
    desks = await queries.desks_of(actor.id) if actor.kind == "account" and actor.id is not None else []
    current = await current_edition()
    now = [line for line in desks if current is not None and line.edition == current.slug]
    if len(now) == 1 and len(desks) == 1:
        return redirect(f"/portal/{now[0].number}")
    if desks:
        labels = {status: translate(locale_of(request), label) for status, (label, _) in STATES.items()}
        return page(request, "portal/desk/desks.html", edition=current, desks=desks, labels=labels)

    async def values() -> dict[str, Any]:
        return {} if current is None else values_of(current)

    return await public_page(request, "portal/portal.html" if current else "portal/no_edition.html", current, values)


@get("/portal/{number:str}", opt=SIGNED_IN)
async def overview(request: Asked, number: FromPath[str]) -> Response[Any]:
    desk = await opened(request, number)
    past = [(translate(desk.locale, STEPS[line.step]), line.at, line.note) for line in await history(desk.id)]
    waiting = await queries.waiting_changes(desk.edition, desk.number)
    return _page(
        request,
        desk,
        "overview",
        todos=await _todos(desk),
        history=past,
        waiting=waiting[0] if waiting else None,
        booths=await booths_of(desk.id),
        may_withdraw=desk.one.status in rules.ADMITTED | rules.OPEN,
    )


@post("/portal/{number:str}/confirm", opt=SIGNED_IN)
async def confirm(request: Asked, number: FromPath[str]) -> Response[Any]:
    desk = await opened(request, number)
    response = redirect(f"/portal/{number}")
    try:
        await booth_services.confirm(desk.actor, desk.edition, number)
        flash(response, mark("Your booth is confirmed."))
    except DomainError as error:
        flash(response, error.message, kind="bad")
    return response


@post("/portal/{number:str}/withdraw", opt=SIGNED_IN)
async def withdraw(request: Asked, number: FromPath[str]) -> Response[Any]:
    desk = await opened(request, number)
    form = await form_of(request)
    response = redirect(f"/portal/{number}")
    if form.text("sure", 10) != "1":
        flash(response, mark("Nothing was withdrawn: please tick the box first."), kind="bad")
        return response
    try:
        await checkin.withdraw(desk.actor, desk.edition, number)
        flash(response, mark("Your application is withdrawn."))
    except DomainError as error:
        flash(response, error.message, kind="bad")
    return response


# ── profile ──


@get("/portal/{number:str}/profile", opt=SIGNED_IN)
async def profile(request: Asked, number: FromPath[str]) -> Response[Any]:
    desk = await opened(request, number)
    one = desk.one
    typed = services.ProfileIn(
        one.name_en,
        one.intro,
        one.website,
        one.exhibits,
        one.lintel_zh,
        one.lintel_en,
        one.contact.name,
        one.contact.mobile,
        one.contact.email,
    )
    return _page(request, desk, "profile", typed=typed)


@post("/portal/{number:str}/profile", opt=SIGNED_IN)
async def save_profile(request: Asked, number: FromPath[str]) -> Response[Any]:
    desk = await opened(request, number)
    form = await form_of(request)
    typed = services.ProfileIn(**{name: form.text(name) for name in services.ProfileIn.__struct_fields__})
    try:
        await services.change_profile(desk.actor, desk.edition, number, typed)
    except DomainError as error:
        return _page(request, desk, "profile", typed=typed, errors=shown_errors(error, desk.locale))
    response = redirect(f"/portal/{number}/profile")
    flash(response, mark("Saved."))
    return response


# ── the application itself ──


async def _details(request: Asked, desk: Desk, typed: Form, errors: dict[str, str] | None = None) -> Response[Any]:
    waiting = await queries.waiting_changes(desk.edition, desk.number)
    last = next((line for line in await history(desk.id) if line.step is Step.request_changes), None)
    return _page(
        request,
        desk,
        "details",
        errors={place_of(name): told for name, told in (errors or {}).items()},
        typed=typed,
        chosen=typed.many.get("fields", []),
        countries=list(countries(desk.locale).items()),
        kinds=list(kinds(desk.locale).items()),
        categories=[(choice.code, choice.name(desk.locale)) for choice in desk.edition.categories],
        fields=desk.edition.fields,
        waiting=waiting[0] if waiting else None,
        at_once=desk.one.status in rules.OPEN,
        fixed=desk.one.status not in rules.OPEN | rules.ADMITTED,
        may_send=desk.one.status in (Status.changes_requested, Status.draft),
        asked=last if desk.one.status is Status.changes_requested else None,
        labels={field: translate(desk.locale, name) for field, name in COMMENTABLE.items()},
    )


@get("/portal/{number:str}/details", opt=SIGNED_IN)
async def details(request: Asked, number: FromPath[str]) -> Response[Any]:
    desk = await opened(request, number)
    one = desk.one
    typed = Form(
        name=one.name,
        name_en=one.name_en,
        country=one.country,
        credit_code=one.credit_code or "",
        registration_number=one.registration_number,
        kind=one.kind.value,
        booth_kind=one.booth.kind.value,
        booth_count=str(one.booth.count or ""),
        booth_area_m2=str(one.booth.area_m2 or ""),
        power=one.power,
        water="1" if one.water else "",
        **dict(zip(("category", "category_2", "category_3"), one.categories, strict=False)),
    )
    typed.many = {"fields": list(one.fields)}
    return await _details(request, desk, typed)


def _application(desk: Desk, form: Form) -> ApplicationIn:
    """What this form holds, with the rest as it stands."""
    one, standard = desk.one, form.text("booth_kind", 20) == "standard"
    return ApplicationIn(
        name=form.text("name"),
        name_en=form.text("name_en"),
        country=form.text("country", 10),
        credit_code=form.text("credit_code", 200),
        categories=[
            code for code in (form.text(name, 40) for name in ("category", "category_2", "category_3")) if code
        ],
        fields=form.many.get("fields", []),
        intro=one.intro,
        website=one.website,
        contact=ContactIn(one.contact.name, one.contact.mobile, one.contact.email),
        booth=BoothIn(
            form.text("booth_kind", 20),
            form.text("booth_count", 20) if standard else None,
            None if standard else form.text("booth_area_m2", 20),
        ),
        kind=form.text("kind", 40),
        registration_number=form.text("registration_number", 200),
        lintel_zh=one.lintel_zh,
        lintel_en=one.lintel_en,
        power=form.text("power"),
        water=form.text("water", 10) == "1",
        exhibits=one.exhibits,
    )


@post("/portal/{number:str}/details", opt=SIGNED_IN)
async def change_details(request: Asked, number: FromPath[str]) -> Response[Any]:
    desk = await opened(request, number)
    form = await form_of(request)
    at_once = desk.one.status in rules.OPEN
    try:
        if at_once:
            await services.amend(desk.actor, desk.edition, number, _application(desk, form))
            if form.text("send", 10) == "1":
                await steps.take(desk.actor, desk.edition, number, Step.submit)
        else:
            await services.ask_change(
                desk.actor,
                desk.edition,
                number,
                name=form.text("name"),
                name_en=form.text("name_en"),
                country=form.text("country", 10),
                credit_code=form.text("credit_code", 200),
                reason=form.text("reason"),
            )
    except DomainError as error:
        return await _details(request, desk, form, shown_errors(error, desk.locale))
    response = redirect(f"/portal/{number}")
    later = mark("Your wish is with the organizers. Until they agree, nothing changes.")
    flash(response, mark("Saved.") if at_once else later)
    return response


# ── products ──


async def _products(request: Asked, desk: Desk, typed: Form, errors: dict[str, str] | None = None) -> Response[Any]:
    return _page(request, desk, "products", errors=errors, typed=typed, products=await queries.products(desk.id))


@get("/portal/{number:str}/products", opt=SIGNED_IN)
async def products(request: Asked, number: FromPath[str]) -> Response[Any]:
    return await _products(request, await opened(request, number), Form())


@post("/portal/{number:str}/products", opt=SIGNED_IN)
async def add_product(request: Asked, number: FromPath[str]) -> Response[Any]:
    desk = await opened(request, number)
    form = await form_of(request)
    try:
        await services.add_product(
            desk.actor,
            desk.edition,
            number,
            name=form.text("name"),
            name_en=form.text("name_en"),
            about=form.text("text"),
        )
    except DomainError as error:
        return await _products(request, desk, form, shown_errors(error, desk.locale))
    response = redirect(f"/portal/{number}/products")
    flash(response, mark("Saved."))
    return response


@post("/portal/{number:str}/products/{product:int}/remove", opt=SIGNED_IN)
async def remove_product(request: Asked, number: FromPath[str], product: FromPath[int]) -> Response[Any]:
    desk = await opened(request, number)
    await services.remove_product(desk.actor, desk.edition, number, product)
    response = redirect(f"/portal/{number}/products")
    flash(response, mark("Removed."))
    return response


# ── files ──

OWN_KINDS = (FileKind.licence, FileKind.logo, FileKind.product, FileKind.document, FileKind.drawing)


async def _files(
    request: Asked, desk: Desk, *, kind: str = "licence", note: str = "", errors: dict[str, str] | None = None
) -> Response[Any]:
    found = await files_of(desk.id)
    return _page(
        request,
        desk,
        "files",
        errors=errors,
        groups=[
            (translate(desk.locale, NAMES[one]), [line for line in found if line.kind is one]) for one in OWN_KINDS
        ],
        kinds=[(one.value, translate(desk.locale, NAMES[one])) for one in OWN_KINDS],
        kind=kind,
        note=note,
        hint=translate(desk.locale, HINTS[FileKind.document]),
        endings=ACCEPTS[FileKind.document].endings,
    )


@get("/portal/{number:str}/files", opt=SIGNED_IN)
async def files(request: Asked, number: FromPath[str]) -> Response[Any]:
    kind = request.query_params.get("kind", "licence")
    return await _files(
        request, await opened(request, number), kind=kind if kind in FileKind.__members__ else "licence"
    )


@post("/portal/{number:str}/files", opt={**SIGNED_IN, **UPLOADS})
async def add_file(request: Asked, number: FromPath[str]) -> Response[Any]:
    desk = await opened(request, number)
    choose = mark("Please choose a file.")
    async with sent_upload(request) as sent:
        typed = {"kind": sent.form.text("kind", 20), "note": sent.form.text("note", 200)}
        if typed["kind"] not in FileKind.__members__:
            return await _files(request, desk, note=typed["note"], errors={"kind": translate(desk.locale, choose)})
        kind, errors = FileKind(typed["kind"]), dict[str, str]()
        checked = await sent.examined("file", ACCEPTS[kind], errors, required=choose)
        if checked is None:
            told = {name: translate(desk.locale, message) for name, message in errors.items()}
            return await _files(request, desk, **typed, errors=told)
    try:
        await file_services.attach(desk.actor, desk.edition, number, kind, checked, note=typed["note"])
    except file_services.TooManyFiles as refused:
        return await _files(request, desk, **typed, errors={"file": translate(desk.locale, refused.message)})
    response = redirect(f"/portal/{number}/files")
    if sent.is_other("file", checked):
        flash(response, mark("Kept as %(name)s: that is what the file really is."), name=checked.name)
    else:
        flash(response, mark("The file is kept."))
    return response


@post("/portal/{number:str}/files/{line:int}/remove", opt=SIGNED_IN)
async def remove_file(request: Asked, number: FromPath[str], line: FromPath[int]) -> Response[Any]:
    desk = await opened(request, number)
    await file_services.remove(desk.actor, desk.edition, number, line)
    response = redirect(f"/portal/{number}/files")
    flash(response, mark("The file is removed."))
    return response


# ── colleagues ──


async def _colleagues(request: Asked, desk: Desk, typed: Form, errors: dict[str, str] | None = None) -> Response[Any]:
    found = await queries.members(desk.id)
    return _page(request, desk, "colleagues", errors=errors, typed=typed, members=found, own=desk.actor.id)


@get("/portal/{number:str}/colleagues", opt=SIGNED_IN)
async def colleagues(request: Asked, number: FromPath[str]) -> Response[Any]:
    return await _colleagues(request, await opened(request, number), Form())


@post("/portal/{number:str}/colleagues", opt=SIGNED_IN)
async def invite(request: Asked, number: FromPath[str]) -> Response[Any]:
    desk = await opened(request, number)
    form = await form_of(request)
    try:
        await services.invite(
            desk.actor,
            desk.edition,
            number,
            name=form.text("name"),
            email=form.text("email", 300),
            locale=desk.locale,
        )
    except DomainError as error:
        return await _colleagues(request, desk, form, shown_errors(error, desk.locale))
    response = redirect(f"/portal/{number}/colleagues")
    flash(response, mark("Invited. A mail with a link is on its way."))
    return response


@post("/portal/{number:str}/colleagues/{account:int}/remove", opt=SIGNED_IN)
async def remove_colleague(request: Asked, number: FromPath[str], account: FromPath[int]) -> Response[Any]:
    desk = await opened(request, number)
    try:
        await services.remove_member(desk.actor, desk.edition, number, account)
    except NotFound:
        raise
    except DomainError as error:
        return await _colleagues(request, desk, Form(), shown_errors(error, desk.locale))
    response = redirect("/portal" if account == desk.actor.id else f"/portal/{number}/colleagues")
    flash(response, mark("Removed."))
    return response


# ── badges ──


async def _badges(request: Asked, desk: Desk, typed: Form, errors: dict[str, str] | None = None) -> Response[Any]:
    made = await badges.badges_of(desk.id)
    quota = badge_quota(await queries.area_of(desk.id))
    return _page(request, desk, "badges", errors=errors, typed=typed, badges=made, quota=quota)


@get("/portal/{number:str}/badges", opt=SIGNED_IN)
async def staff_badges(request: Asked, number: FromPath[str]) -> Response[Any]:
    return await _badges(request, await opened(request, number), Form())


@post("/portal/{number:str}/badges", opt=SIGNED_IN)
async def add_badge(request: Asked, number: FromPath[str]) -> Response[Any]:
    desk = await opened(request, number)
    form = await form_of(request)
    typed = checkin.StaffIn(form.text("holder"), form.text("title"), form.text("mobile"))
    try:
        await checkin.issue_for(desk.actor, desk.edition, number, typed)
    except DomainError as error:
        return await _badges(request, desk, form, shown_errors(error, desk.locale))
    response = redirect(f"/portal/{number}/badges")
    flash(response, mark("The badge is made."))
    return response


@post("/portal/{number:str}/badges/{serial:str}/revoke", opt=SIGNED_IN)
async def revoke_badge(request: Asked, number: FromPath[str], serial: FromPath[str]) -> Response[Any]:
    desk = await opened(request, number)
    await checkin.revoke_for(desk.actor, desk.edition, number, serial)
    response = redirect(f"/portal/{number}/badges")
    flash(response, mark("The badge is revoked; it opens no gate any more."))
    return response


# ── messages ──


async def _messages(request: Asked, desk: Desk, typed: Form, errors: dict[str, str] | None = None) -> Response[Any]:
    return _page(request, desk, "messages", errors=errors, typed=typed, messages=await queries.messages(desk.id))


@get("/portal/{number:str}/messages", opt=SIGNED_IN)
async def messages(request: Asked, number: FromPath[str]) -> Response[Any]:
    return await _messages(request, await opened(request, number), Form())


@post("/portal/{number:str}/messages", opt=SIGNED_IN)
async def write(request: Asked, number: FromPath[str]) -> Response[Any]:
    desk = await opened(request, number)
    form = await form_of(request)
    try:
        await services.write(desk.actor, desk.edition, number, form.text("text"), from_organizers=False)
    except DomainError as error:
        return await _messages(request, desk, form, shown_errors(error, desk.locale))
    response = redirect(f"/portal/{number}/messages")
    flash(response, mark("Your message is with the organizers."))
    return response


@post("/portal/{number:str}/messages/read", opt=SIGNED_IN)
async def read(request: Asked, number: FromPath[str]) -> Response[Any]:
    desk = await opened(request, number)
    await services.read_all(desk.actor, desk.edition, number, by_organizers=False)
    return redirect(f"/portal/{number}/messages")


ROUTES: list[Any] = [
    own_desks,
    overview,
    confirm,
    withdraw,
    profile,
    save_profile,
    details,
    change_details,
    products,
    add_product,
    remove_product,
    files,
    add_file,
    remove_file,
    colleagues,
    invite,
    remove_colleague,
    staff_badges,
    add_badge,
    revoke_badge,
    messages,
    write,
    read,
]
