"""Status, to-dos and history; the booth is confirmed and the application withdrawn here."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from checkin.queries import badges
from checkin.services import badges as checkin
from core.editions.queries import current_edition
from core.errors import DomainError
from core.i18n import mark, translate
from exhibitors.queries import catalogue, deposits, drafts, drawings, passes
from exhibitors.queries import desk as queries
from exhibitors.queries.booths import booths_of
from exhibitors.queries.products import products
from exhibitors.queries.review import history
from exhibitors.rules import desk as rules
from exhibitors.rules.desk import Facts, Todo
from exhibitors.services import booths as booth_services
from exhibitors.tables import PassState, Step
from gateway.access import PUBLIC, SIGNED_IN, actor_of
from gateway.forms import form_of
from gateway.locale import locale_of
from gateway.pages import flash, page, public_page
from portal.desk.frame import STATES, Asked, Desk, desk_page, opened
from portal.pages import values_of
from portal.signin import redirect

TODOS = {
    Todo.mend: (mark("Change what the organizers ask for"), "details"),
    Todo.read: (mark("Read the organizers' message"), "messages"),
    Todo.confirm: (mark("Confirm your booth"), ""),
    Todo.introduce: (mark("Introduce yourself to visitors"), "profile"),
    Todo.products: (mark("Show your products"), "products"),
    Todo.drawings: (mark("Hand in the drawings of your booth"), "drawings"),
    Todo.passes: (mark("Ask for passes for builders and vehicles"), "passes"),
    Todo.deposit: (mark("Pay the deposit for building"), "statement#deposit"),
    Todo.catalogue: (mark("Hand in your entry for the catalogue"), "catalogue"),
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


async def _todos(desk: Desk) -> list[tuple[str, str, bool, Any]]:
    asked = await passes.passes_of(desk.id)
    deposit, deposit_terms = await deposits.sums_of(desk.edition, desk.id), await deposits.terms_of(desk.edition)
    catalogue_until = await catalogue.until(desk.edition)
    facts = Facts(
        status=desk.one.status,
        has_intro=bool(desk.one.intro),
        products=len(await products(desk.id)),
        badges=len(await badges.badges_of(desk.id)),
        unread=await queries.unread(desk.id, by_organizers=False),
        first_day=desk.edition.first_day if desk.edition.days else None,
        held_until=await queries.held_until(desk.id),
        builds=await drawings.builds(desk.id),
        drawings=await drawings.state_of(desk.id),
        passes=len(asked),
        passes_back=sum(one.state is PassState.changes for one in asked),
        passes_until=(await passes.terms_of(desk.edition))[1],
        deposit=deposit.asked > 0,
        deposit_open=deposit.open > 0,
        deposit_until=deposit_terms.until,
        catalogue=await catalogue.sent(desk.id) is not None,
        catalogue_open=catalogue_until is None or desk.edition.today() <= catalogue_until,
        catalogue_until=catalogue_until,
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
    begun = [] if current is None else await drafts.drafts_of(actor, current)
    if len(now) == 1 and len(desks) == 1 and not begun:
        return redirect(f"/portal/{now[0].number}")
    if desks or begun:
        labels = {status: translate(locale_of(request), label) for status, (label, _) in STATES.items()}
        return page(request, "portal/desk/desks.html", edition=current, desks=desks, drafts=begun, labels=labels)

    async def values() -> dict[str, Any]:
        return {} if current is None else values_of(current)

    return await public_page(request, "portal/portal.html" if current else "portal/no_edition.html", current, values)


@get("/portal/{number:str}", opt=SIGNED_IN)
async def overview(request: Asked, number: FromPath[str]) -> Response[Any]:
    desk = await opened(request, number)
    past = [(translate(desk.locale, STEPS[line.step]), line.at, line.note) for line in await history(desk.id)]
    waiting = await queries.waiting_changes(desk.edition, desk.number)
    return desk_page(
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


ROUTES: list[Any] = [own_desks, overview, confirm, withdraw]
