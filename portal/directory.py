"""The directory of exhibitors (参展商名录) and each firm's page: public, without anything personal."""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlencode

from litestar import Request, Response, get
from litestar.params import FromPath

from core.config import settings
from core.editions.queries import EditionInfo, current_edition
from core.errors import NotFound
from exhibitors.queries import directory as queries
from exhibitors.queries.directory import COUNTED, MOST_PAGES, Wanted
from exhibitors.queries.products import products
from exhibitors.rules.applications import countries
from exhibitors.rules.directory import LONGEST_QUERY
from gateway.access import PUBLIC
from gateway.locale import locale_of
from gateway.pages import page, public_page

Asked = Request[Any, Any, Any]
SIZE = 24
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ#"
#: Other ways to look at the exhibitors, by ``?view=``; each answers the whole page.
VIEWS: dict[str, Callable[[Asked, EditionInfo], Awaitable[Response[Any]]]] = {}


def _wanted(request: Asked, edition: EditionInfo) -> Wanted:
    """Codes and letters that are none ask for nothing."""
    asked = request.query_params
    category, field, letter = (asked.get(name, "") for name in ("category", "field", "letter"))
    return Wanted(
        q=asked.get("q", "").replace("\x00", "")[: LONGEST_QUERY * 4].strip(),
        category=category if category in {choice.code for choice in edition.all_categories} else "",
        field=field if field in {choice.code for choice in edition.all_fields} else "",
        letter=letter if len(letter) == 1 and letter in LETTERS else "",
    )


def _page_of(request: Asked) -> int:
    typed = request.query_params.get("page", "1")
    return min(max(int(typed), 1), MOST_PAGES) if typed.isascii() and typed.isdecimal() and len(typed) < 6 else 1


def _address(wanted: Wanted, page: int = 1, **other: str) -> str:
    kept = {"q": wanted.q, "category": wanted.category, "field": wanted.field, "letter": wanted.letter, **other}
    query = urlencode(
        {**{name: value for name, value in kept.items() if value}, **({"page": page} if page > 1 else {})}
    )
    return f"/exhibitors?{query}" if query else "/exhibitors"


@get("/exhibitors", opt=PUBLIC)
async def directory(request: Asked) -> Response[Any]:
    edition = await current_edition()
    if edition is None:
        return page(request, "portal/no_edition.html")
    view = VIEWS.get(request.query_params.get("view", ""))
    if view is not None:
        return await view(request, edition)
    locale, wanted, number = locale_of(request), _wanted(request, edition), _page_of(request)

    async def values() -> dict[str, Any]:
        found = await queries.search(edition, wanted, locale, page=number, size=SIZE)
        return {
            "edition": edition,
            "registration": edition.registration(),
            "wanted": wanted,
            "cards": found.cards,
            "total": found.total,
            "beyond": found.total > COUNTED,
            "counted": COUNTED,
            "number": number,
            "previous_url": _address(wanted, number - 1) if number > 1 else "",
            "next_url": _address(wanted, number + 1) if found.more and number < MOST_PAGES else "",
            "letters": [(letter, _address(wanted, letter=letter)) for letter in LETTERS],
            "no_letter": _address(wanted, letter=""),
            "names": edition.names(locale),
            "categories": [(choice.code, choice.name(locale)) for choice in edition.categories],
            "fields": [(choice.code, choice.name(locale)) for choice in edition.fields],
            "views": VIEWS,
        }

    # A page with a query is not kept, and what changed does not matter.
    stamp = 0 if request.scope["query_string"] else await queries.stamp()
    return await public_page(request, "portal/exhibitors.html", (edition, stamp), values)


@get("/exhibitors/{number:str}", opt=PUBLIC)
async def firm(request: Asked, number: FromPath[str]) -> Response[Any]:
    """Whatever is not public is not there."""
    edition = await current_edition()
    if edition is None or not (number.isascii() and number.isalnum()):
        raise NotFound
    locale = locale_of(request)
    one = await queries.profile(edition, number)
    names = edition.names(locale)
    return page(
        request,
        "portal/exhibitor.html",
        edition=edition,
        one=one,
        products=await products(one.id),
        categories=[(code, names.get(code, code)) for code in one.categories],
        fields=[(code, names.get(code, code)) for code in one.fields],
        country="" if one.country == "CN" else countries(locale).get(one.country, one.country),
        described=" ".join((one.intro or " · ".join(names.get(code, code) for code in one.categories)).split())[:160],
        canonical=f"{settings().public_url}/exhibitors/{one.number}",
        picture=f"{settings().public_url}{one.logo.url}" if one.logo else "",
        views=VIEWS,
    )


ROUTES: list[Any] = [directory, firm]
