"""Public pages of the current edition. Each says what stands here, or will, and what the reader can do now."""

from typing import Any

from litestar import Request, Response, get
from litestar.params import FromPath

from core import clock
from core.editions.queries import EditionInfo, current_edition, edition_named, recent_editions
from gateway.access import PUBLIC
from gateway.pages import public_page
from portal.phase import phase_of


async def _public(request: Request[Any, Any, Any], template: str) -> Response[Any]:
    """The page, or the set-up page where no edition is current."""
    edition = await current_edition()
    if edition is None:
        return await public_page(request, "portal/no_edition.html", None)

    async def values() -> dict[str, Any]:
        return values_of(edition)

    return await public_page(request, template, edition, values)


def values_of(edition: EditionInfo) -> dict[str, Any]:
    now = clock.now()
    return {"edition": edition, "phase": phase_of(edition, now), "registration": edition.registration(now)}


@get("/", opt=PUBLIC)
async def home(request: Request[Any, Any, Any]) -> Response[Any]:
    edition = await current_edition()
    if edition is None:
        return await public_page(request, "portal/no_edition.html", None)

    async def values() -> dict[str, Any]:
        others = [line for line in await recent_editions() if line.slug != edition.slug and line.last_day]
        return {**values_of(edition), "past": others}

    return await public_page(request, "portal/home.html", edition, values)


@get("/editions/{slug:str}", opt=PUBLIC)
async def one_edition(request: Request[Any, Any, Any], slug: FromPath[str]) -> Response[Any]:
    """A past edition stays readable."""
    edition = await edition_named(slug)

    async def values() -> dict[str, Any]:
        return values_of(edition)

    return await public_page(request, "portal/edition.html", edition, values)


@get("/privacy", opt=PUBLIC)
async def privacy(request: Request[Any, Any, Any]) -> Response[Any]:
    return await _text(request, "portal/privacy.html")


@get("/help", opt=PUBLIC)
async def help_page(request: Request[Any, Any, Any]) -> Response[Any]:
    return await _text(request, "portal/help.html")


async def _text(request: Request[Any, Any, Any], template: str) -> Response[Any]:
    """Stands with or without an edition."""
    edition = await current_edition()

    async def values() -> dict[str, Any]:
        return {} if edition is None else values_of(edition)

    return await public_page(request, template, edition, values)


ROUTES = [home, one_edition, privacy, help_page]
