"""The first page of the organizers' desk: what stands, and what needs somebody, each a link to where it is mended.

An area adds its card with ``@card(Role.organizer)``; a card answers None when it has nothing to say.
"""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from litestar import Request, Response, get

from admin.nav import STAFF
from core.accounts.roles import Actor, Role
from core.audit import sealing
from core.audit.tables import AuditPending
from core.editions.queries import EditionInfo, current_edition
from core.i18n import Locale, formats, mark, translate
from gateway.access import actor_of, allow
from gateway.locale import locale_of
from gateway.pages import page

#: More than this many entries waiting for their seal means that the sealer is stuck.
WAITING_IS_STUCK = 10_000


class Card(msgspec.Struct, frozen=True):
    """``value`` is the large figure or word; ``note`` says it in a sentence. Both are in the reader's language."""

    title: str
    value: str
    note: str = ""
    href: str = ""
    attention: bool = False


class Asked(msgspec.Struct, frozen=True):
    """What a card is made for."""

    actor: Actor
    locale: Locale
    edition: EditionInfo | None


Maker = Callable[[Asked], Awaitable[Card | None]]
_makers: list[tuple[frozenset[Role], Maker]] = []


def card(*roles: Role) -> Callable[[Maker], Maker]:
    """Puts what the function makes on the desk of people with one of the roles."""

    def keep(maker: Maker) -> Maker:
        _makers.append((frozenset(roles), maker))
        return maker

    return keep


@card(*STAFF)
async def _registration(asked: Asked) -> Card | None:
    edition, locale = asked.edition, asked.locale
    if edition is None:
        return Card(
            translate(locale, "Edition"),
            translate(locale, "none yet"),
            translate(locale, "Without a current edition nobody can register."),
            "/admin/editions" if Role.organizer in asked.actor.roles else "",
            attention=True,
        )
    texts = {"open": mark("open"), "not_yet": mark("not open yet"), "closed": mark("closed")}
    note = ""
    if edition.registration() == "open" and edition.registration_closes:
        until = formats.moment(locale, edition.registration_closes, edition.timezone)
        note = translate(locale, "until %(when)s", when=until)
    href = f"/admin/editions/{edition.slug}" if Role.organizer in asked.actor.roles else ""
    return Card(translate(locale, "Registration"), translate(locale, texts[edition.registration()]), note, href)


@card(Role.organizer)
async def _trail(asked: Asked) -> Card:
    locale = asked.locale
    head, waiting = await sealing.head(), await AuditPending.count()
    stuck = waiting > WAITING_IS_STUCK
    note = mark("%(waiting)s entries wait for their seal; the server's log says why.") if stuck else mark("sealed")
    return Card(
        translate(locale, "Entries in the audit trail"),
        formats.number(head.position),
        translate(locale, note, waiting=formats.number(waiting)) if stuck else translate(locale, note),
        "/admin/audit",
        attention=stuck,
    )


@get("/admin", opt=allow(*STAFF))
async def home(request: Request[Any, Any, Any]) -> Response[str]:
    actor, edition = actor_of(request), await current_edition()
    asked = Asked(actor, locale_of(request), edition)
    made = [await maker(asked) for roles, maker in _makers if actor.roles & roles]
    cards = sorted((c for c in made if c is not None), key=lambda c: not c.attention)
    return page(request, "admin/home.html", edition=edition, cards=cards)


ROUTES = [home]
