"""The queue of applications (审核队列): by state, the one that has waited longest first, several approved at once."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Request, Response, get, post
from litestar.datastructures import MultiDict

from admin.home import Asked, Card, card
from core import clock
from core.accounts.roles import Role
from core.editions.queries import EditionInfo, require_current
from core.i18n import Locale, formats, mark, translate
from exhibitors.queries import review as queries
from exhibitors.queries.applications import Filter
from exhibitors.queries.drafts import count_drafts
from exhibitors.rules.steps import STEPS
from exhibitors.services import review as services
from exhibitors.tables import Status, Step
from gateway.access import actor_of, allow
from gateway.forms import form_of
from gateway.lists import after_of, listing
from gateway.locale import locale_of
from gateway.pages import page

PAGE = 50
STATES = {
    Status.submitted: mark("Submitted"),
    Status.changes_requested: mark("Changes requested"),
    Status.waitlisted: mark("On the waiting list"),
    Status.approved: mark("Approved"),
    Status.booth_assigned: mark("Booth assigned"),
    Status.confirmed: mark("Confirmed"),
    Status.rejected: mark("Rejected"),
    Status.withdrawn: mark("Withdrawn"),
    Status.draft: mark("Draft"),
}
#: Instead of a state: every application.
ALL = "all"


def states(locale: Locale) -> dict[str, str]:
    return {state.value: translate(locale, text) for state, text in STATES.items()}


def names(edition: EditionInfo, locale: Locale) -> dict[str, str]:
    """Codes of categories and fields, which never look alike, with their names."""
    return {choice.code: choice.name(locale) for choice in (*edition.all_categories, *edition.all_fields)}


class Chosen(msgspec.Struct, frozen=True):
    """What narrows the queue; travels in the addresses of the queue and of the applications in it."""

    status: str = Status.submitted.value
    q: str = ""
    category: str = ""
    field: str = ""

    @classmethod
    def of(cls, asked: MultiDict[Any] | Any) -> "Chosen":
        found = {name: str(asked.get(name) or "").strip()[:100] for name in cls.__struct_fields__}
        if found["status"] not in (*Status.__members__, ALL):
            # Who searches means all of them.
            found["status"] = ALL if found["q"] else Status.submitted.value
        return cls(**found)

    @property
    def filter(self) -> Filter:
        status = None if self.status == ALL else Status(self.status)
        return Filter(status, self.field or None, self.category or None, self.q or None)

    def query(self, **other: str) -> str:
        values = {name: getattr(self, name) for name in self.__struct_fields__} | other
        return urlencode({name: value for name, value in values.items() if value})


_MICROSECONDS = 1_000_000


def _place_of(after: tuple[int | str, ...]) -> queries.Place | None:
    if len(after) != 2:
        return None
    return datetime.fromtimestamp(int(after[0]) / _MICROSECONDS, UTC), int(after[1])


#: An applicant who hears nothing for so long calls.
LONG = timedelta(days=3)


@card(Role.reviewer)
async def _waiting(asked: Asked) -> Card | None:
    edition, locale = asked.edition, asked.locale
    if edition is None:
        return None
    wanted = Filter(status=Status.submitted)
    oldest = await queries.queue(edition, wanted, limit=1)
    title = translate(locale, "Applications")
    if not oldest:
        return Card(title, "0", translate(locale, "Nobody waits"), "/admin/exhibitors")
    many = (await queries.counts(edition, wanted)).get(Status.submitted, 0)
    since = oldest[0].submitted_at
    when = formats.moment(locale, since, edition.timezone)
    note = translate(locale, "waiting for review, the oldest since %(when)s", when=when)
    late = clock.now() - since > LONG
    return Card(title, formats.number(many), note, "/admin/exhibitors", attention=late)


@get("/admin/exhibitors", opt=allow(Role.reviewer))
async def exhibitors(request: Request[Any, Any, Any]) -> Response[Any]:
    edition, locale, asked = await require_current(), locale_of(request), request.query_params
    chosen = Chosen.of(asked)
    after = _place_of(after_of(request, asked.get("cursor")))
    lines = await queries.queue(edition, chosen.filter, after=after, limit=PAGE + 1)
    counted = await queries.counts(edition, chosen.filter)
    total = sum(counted.values()) if chosen.status == ALL else counted.get(Status(chosen.status), 0)
    piece = listing(
        request,
        lines,
        PAGE,
        total,
        key=lambda line: (round(line.submitted_at.timestamp() * _MICROSECONDS), line.id),
    )
    begun = await count_drafts(edition)
    shown = counted | {Status.draft: counted.get(Status.draft, 0) + begun}
    tabs = [
        (state.value, translate(locale, text), shown.get(state, 0), chosen.query(status=state.value))
        for state, text in STATES.items()
        if shown.get(state) or state.value == chosen.status or state is Status.submitted
    ]
    tabs.append((ALL, translate(locale, "All"), sum(counted.values()), chosen.query(status=ALL)))
    return page(
        request,
        "admin/exhibitors.html",
        edition=edition,
        lines=piece.items,
        total=total,
        tabs=tabs,
        chosen=chosen,
        begun=begun if chosen.status == Status.draft else 0,
        narrowed=bool(chosen.q or chosen.category or chosen.field),
        any_at_all=bool(counted) or bool(begun) or bool(chosen.q or chosen.category or chosen.field),
        oldest_first=queries.oldest_first(chosen.filter),
        query=chosen.query(),
        next_url=f"/admin/exhibitors?{chosen.query(cursor=piece.next)}" if piece.next else "",
        approvable={state.value for state, step in STEPS if step is Step.approve},
        states=states(locale),
        names=names(edition, locale),
        categories=[(choice.code, choice.name(locale)) for choice in edition.categories],
        fields=[(choice.code, choice.name(locale)) for choice in edition.fields],
        may_register=Role.organizer in actor_of(request).roles,
    )


@post("/admin/exhibitors/approve", opt=allow(Role.reviewer))
async def approve_many(request: Request[Any, Any, Any]) -> Response[Any]:
    """Says which went and which did not. Sent again it approves nothing more."""
    edition, locale = await require_current(), locale_of(request)
    form = await form_of(request)
    made = await services.approve_many(actor_of(request), edition, form.many.get("number", []))
    shown = [(one.number, one.name, translate(locale, one.fault) if one.fault else "") for one in made]
    return page(
        request,
        "admin/exhibitors_approved.html",
        edition=edition,
        went=[one for one in shown if not one[2]],
        stayed=[one for one in shown if one[2]],
    )


ROUTES: list[Any] = [exhibitors, approve_many]
