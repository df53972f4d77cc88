"""Ways in for people whom mail does not reach: a link into one exhibitor's desk, used once, and the one for
registering; to be copied, shown as a QR code, or printed on a slip in both languages."""

from datetime import datetime
from typing import Any
from urllib.parse import quote

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from core.accounts.errors import LinkUsed
from core.accounts.roles import Role
from core.config import settings
from core.editions.queries import EditionInfo, require_current
from core.i18n import LOCALES, formats, mark, translate
from exhibitors.queries.applications import exhibitor_numbered
from exhibitors.services import links
from gateway.access import actor_of, allow
from gateway.locale import locale_of
from gateway.pages import flash, page
from gateway.qr import qr_picture

STATES = {
    "open": mark("Works"),
    "used": mark("Used"),
    "revoked": mark("Taken back"),
    "over": mark("Run out"),
}

MIND = mark(
    "It works once, until %(moment)s. Don't show it to others. If you lose it, ask the organizers for a new one."
)


class Words(msgspec.Struct, frozen=True):
    """A slip's text in one language."""

    locale: str
    title: str
    steps: tuple[str, ...]
    mind: str


class Slip(msgspec.Struct, frozen=True):
    address: str
    picture: str
    words: tuple[Words, ...]


def _desk_slip(edition: EditionInfo, firm: str, number: str, address: str, until: datetime) -> Slip:
    words = tuple(
        Words(
            locale,
            translate(locale, mark("Your exhibitor's desk: %(expo)s"), expo=edition.name(locale)),
            (
                translate(locale, mark("Point the camera of your phone at the square, or type the address below it.")),
                translate(locale, mark("Press the button on the page that opens.")),
                translate(
                    locale,
                    mark("You are in the desk of %(firm)s (number %(number)s). Nothing need be installed."),
                    firm=firm,
                    number=number,
                ),
            ),
            translate(
                locale,
                MIND,
                moment=formats.moment(locale, until, edition.timezone),
            ),
        )
        for locale in LOCALES
    )
    return Slip(address, qr_picture(address), words)


def _registration_slip(edition: EditionInfo) -> Slip:
    address = f"{settings().public_url}/register"
    words = tuple(
        Words(
            locale,
            translate(locale, mark("Take part: %(expo)s"), expo=edition.name(locale)),
            (
                translate(locale, mark("Point the camera of your phone at the square, or type the address below it.")),
                translate(locale, mark("Fill in the form; it takes about three minutes.")),
                translate(locale, mark("Write down the number that you get.")),
            ),
            translate(locale, mark("If it is difficult, the organizers gladly fill it in with you.")),
        )
        for locale in LOCALES
    )
    return Slip(address, qr_picture(address), words)


async def _show(request: Request[Any, Any, Any], number: str, *, make: bool = False) -> Response[Any]:
    edition, locale = await require_current(), locale_of(request)
    one = await exhibitor_numbered(edition, number)
    slip = None
    if make:
        address, until = await links.hand_over(actor_of(request), edition, number)
        slip = _desk_slip(edition, one.name, number, address, until)
    return page(
        request,
        "admin/desk_link.html",
        edition=edition,
        one=one,
        slip=slip,
        links=await links.handed(one.id),
        states={state: translate(locale, label) for state, label in STATES.items()},
    )


@get("/admin/exhibitors/{number:str}/link", opt=allow(Role.organizer))
async def desk_link(request: Request[Any, Any, Any], number: FromPath[str]) -> Response[Any]:
    return await _show(request, number)


@post("/admin/exhibitors/{number:str}/link", opt=allow(Role.organizer), status_code=200)
async def make(request: Request[Any, Any, Any], number: FromPath[str]) -> Response[Any]:
    """The answer itself shows the link, this once: no address leads back to it."""
    return await _show(request, number, make=True)


@post("/admin/exhibitors/{number:str}/link/{link:int}", opt=allow(Role.organizer))
async def take_back(request: Request[Any, Any, Any], number: FromPath[str], link: FromPath[int]) -> Response[Any]:
    answer = Redirect(f"/admin/exhibitors/{quote(number)}/link", status_code=303)
    try:
        await links.take_back(actor_of(request), await require_current(), number, min(link, 2**31 - 1))
        flash(answer, mark("The link is taken back."))
    except LinkUsed:
        flash(answer, mark("This link had been used or had run out already."), kind="bad")
    return answer


@get("/admin/exhibitors/invite", opt=allow(Role.organizer))
async def invite(request: Request[Any, Any, Any]) -> Response[Any]:
    edition = await require_current()
    return page(request, "admin/registration_link.html", edition=edition, slip=_registration_slip(edition))


ROUTES: list[Any] = [desk_link, make, take_back, invite]
