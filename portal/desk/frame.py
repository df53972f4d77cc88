"""Who opens a desk, and what stands on each page of it."""

from typing import Any

import msgspec
from litestar import Request, Response

from core.accounts.roles import Actor
from core.editions.queries import EditionInfo, edition_named
from core.i18n import Locale, mark, translate
from exhibitors.queries import desk as queries
from exhibitors.queries.applications import ExhibitorDetail, exhibitor_numbered
from exhibitors.rules import desk as rules
from exhibitors.tables import Status
from gateway.access import actor_of
from gateway.locale import locale_of
from gateway.pages import page

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


def desk_page(
    request: Asked,
    desk: Desk,
    template: str,
    *,
    here: str = "",
    status: int = 200,
    errors: dict[str, str] | None = None,
    **values: Any,
) -> Response[Any]:
    """``here`` names the tab where it is not the template."""
    label, next_ = STATES[desk.one.status]
    return page(
        request,
        f"portal/desk/{template}.html",
        status_code=status if status != 200 or not errors else 422,
        edition=desk.edition,
        one=desk.one,
        number=desk.number,
        here=here or template,
        admitted=desk.one.status in rules.ADMITTED,
        state_label=translate(desk.locale, label),
        state_next=translate(desk.locale, next_),
        errors=errors or {},
        **values,
    )
