"""The first page of the organizers' desk: what stands, and what needs somebody, each a link to where it is mended.

An area adds its card with ``@card(Role.organizer)``; a card answers None when it has nothing to say.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any
from weakref import WeakKeyDictionary

import msgspec
from litestar import Request, Response, get

from admin.nav import STAFF
from core import db
from core.accounts.roles import Role
from core.audit import sealing
from core.audit.tables import AuditPending
from core.editions.queries import FRESH_FOR, EditionInfo, current_edition
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
    """What a card is made for: never for one person, so that all of the same roles may share it."""

    roles: frozenset[Role]
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
            "/admin/editions" if Role.organizer in asked.roles else "",
            attention=True,
        )
    texts = {"open": mark("open"), "not_yet": mark("not open yet"), "closed": mark("closed")}
    note = ""
    if edition.registration() == "open" and edition.registration_closes:
        until = formats.moment(locale, edition.registration_closes, edition.timezone)
        note = translate(locale, "until %(when)s", when=until)
    href = f"/admin/editions/{edition.slug}" if Role.organizer in asked.roles else ""
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


class _Kept(msgspec.Struct):
    until: float
    written: int
    edition: EditionInfo | None
    cards: "asyncio.Future[list[Card]]"


#: By event loop, as the database connections behind the cards are.
_shelves: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[tuple[frozenset[Role], Locale], _Kept]] = (
    WeakKeyDictionary()
)


async def _made(asked: Asked) -> list[Card]:
    made = [await maker(asked) for roles, maker in _makers if asked.roles & roles]
    return sorted((c for c in made if c is not None), key=lambda c: not c.attention)


async def _cards(asked: Asked) -> list[Card]:
    """For a second, as long as this process writes nothing, everybody of the same roles sees the same cards; of many
    who come when it is over the first has them made, for all."""
    shelf = _shelves.setdefault(asyncio.get_running_loop(), {})
    key, now, written = (asked.roles, asked.locale), time.monotonic(), db.written()
    kept = shelf.get(key)
    if kept is None or now >= kept.until or kept.written != written or kept.edition != asked.edition:
        kept = shelf[key] = _Kept(now + FRESH_FOR, written, asked.edition, asyncio.ensure_future(_made(asked)))
    try:
        return await asyncio.shield(kept.cards)
    except BaseException:
        if shelf.get(key) is kept:
            del shelf[key]
        raise


@get("/admin", opt=allow(*STAFF))
async def home(request: Request[Any, Any, Any]) -> Response[str]:
    edition = await current_edition()
    cards = await _cards(Asked(actor_of(request).roles, locale_of(request), edition))
    return page(request, "admin/home.html", edition=edition, cards=cards)


ROUTES = [home]
