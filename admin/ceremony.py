"""The signing ceremony at the desk: the order on stage, and what the wall reveals when."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.response import Redirect

from core import money, text
from core.accounts.roles import Role
from core.editions.queries import EditionInfo, require_current
from core.errors import DomainError, FieldError, InvalidInput
from core.i18n import mark, translate
from core.text import Fault
from deals.queries import wall as queries
from deals.rules import ceremony as rules
from deals.rules.ceremony import Ceremony, CeremonyStep
from deals.services import ceremony as services
from deals.tables import CeremonyMode
from gateway import deals as words
from gateway.access import actor_of, allow
from gateway.forms import Form, form_of, shown_errors
from gateway.locale import locale_of
from gateway.pages import flash, page

STAGE = allow(Role.organizer, Role.signing)
HERE = "/admin/ceremony"
STEPS: dict[CeremonyStep, str] = {
    CeremonyStep.open: mark("Begin the ceremony"),
    CeremonyStep.next: mark("Reveal the next one"),
    CeremonyStep.back: mark("One step back"),
    CeremonyStep.resume: mark("Show it again"),
    CeremonyStep.hold: mark("Ask for a moment"),
    CeremonyStep.blank: mark("Blank the wall"),
    CeremonyStep.close: mark("End the ceremony"),
}
MODES: dict[CeremonyMode, str] = {
    CeremonyMode.closed: mark("No ceremony is on: the wall shows the totals."),
    CeremonyMode.show: mark("On: the wall shows what was revealed last."),
    CeremonyMode.hold: mark("On hold: the wall asks for a moment."),
    CeremonyMode.blank: mark("The wall is blank."),
}
#: What the whole hall sees, and no step takes back.
_GRAVE = frozenset({CeremonyStep.close})


async def _page(
    request: Request[Any, Any, Any],
    edition: EditionInfo,
    refused: DomainError | None = None,
    typed: dict[str, str] | None = None,
) -> Response[Any]:
    locale = locale_of(request)
    now = await queries.ceremony(edition)
    found = await queries.candidates(edition)
    places = {number: n for n, number in enumerate(now.queue, 1)}
    ready = [one for one in found if one.number in places]
    ready.sort(key=lambda one: places[one.number])
    return page(
        request,
        "admin/ceremony.html",
        status_code=refused.status if refused else 200,
        edition=edition,
        now=now,
        queue=ready,
        candidates=found,
        places=typed if typed is not None else _proposed(now, found),
        mode=translate(locale, MODES[now.mode]),
        steps=[(step.value, translate(locale, STEPS[step]), step in _GRAVE) for step in rules.steps(now)],
        kinds=words.words(locale, words.KINDS),
        in_units=lambda fen: money.in_units(locale, fen),
        errors=shown_errors(refused, locale) if refused else {},
    )


def _proposed(now: Ceremony, found: list[queries.Candidate]) -> dict[str, str]:
    """As it is queued; before that, the order on stage that the deals themselves name."""
    if now.queue:
        return {number: str(n) for n, number in enumerate(now.queue, 1)}
    return {one.number: str(one.stage) for one in found if one.stage is not None}


@get(HERE, opt=STAGE)
async def ceremony(request: Request[Any, Any, Any]) -> Response[Any]:
    return await _page(request, await require_current())


def _version(form: Form) -> int:
    said = form.text("version", 12)
    return int(said) if said.isascii() and said.isdecimal() else -1


@post(f"{HERE}/step", opt=STAGE)
async def step(request: Request[Any, Any, Any]) -> Response[Any]:
    edition, form = await require_current(), await form_of(request)
    said = form.text("step", 20)
    try:
        if said not in CeremonyStep.__members__:
            raise rules.WrongStep
        await services.step(actor_of(request), edition, CeremonyStep(said), expected=_version(form))
    except DomainError as refused:
        return await _page(request, edition, refused)
    return Redirect(HERE, status_code=303)


@post(f"{HERE}/queue", opt=STAGE)
async def queue(request: Request[Any, Any, Any]) -> Response[Any]:
    """A number beside each deal that is to be revealed; the lower one comes first."""
    edition, form = await require_current(), await form_of(request)
    typed = {one.number: form.text(f"at-{one.number}", 20).strip() for one in await queries.candidates(edition)}
    places: list[tuple[int, str]] = []
    errors = []
    for number, said in typed.items():
        if said:
            try:
                places.append((text.integer(said), number))
            except Fault as fault:
                errors.append(FieldError(f"at-{number}", fault.code, fault.message))
    try:
        if errors:
            raise InvalidInput(errors=tuple(errors))
        order = [number for _, number in sorted(places)]
        await services.queue(actor_of(request), edition, order, expected=_version(form))
    except DomainError as refused:
        return await _page(request, edition, refused, typed)
    answer = Redirect(HERE, status_code=303)
    flash(answer, mark("Saved."))
    return answer


ROUTES: list[Any] = [ceremony, step, queue]
