"""The switches for language and type size, on every page: a link that sets a cookie and comes back."""

from typing import Annotated
from urllib.parse import quote

from litestar import Response, get
from litestar.params import QueryParameter

from core.config import settings
from core.i18n import LOCALES
from gateway.access import PUBLIC
from gateway.locale import LOCALE_COOKIE, SIZE_COOKIE

YEAR = 365 * 24 * 3600


def safe_path(wanted: str) -> str:
    """A path of this site, else the home page: nobody is sent elsewhere by a link that begins here."""
    if not wanted.startswith("/") or wanted.startswith("//") or len(wanted) > 1000 or not wanted.isprintable():
        return "/"
    return "/" if "\\" in wanted else quote(wanted, safe="/?&=%#:@!$'()*+,;~-._")


@get("/preferences", opt=PUBLIC, sync_to_thread=False)
def preferences(
    lang: Annotated[str, QueryParameter(max_length=20)] = "",
    size: Annotated[str, QueryParameter(max_length=20)] = "",
    back: Annotated[str, QueryParameter(name="next", max_length=2000)] = "/",
) -> Response[None]:
    response: Response[None] = Response(None, status_code=303, headers={"location": safe_path(back)})
    chosen = [(LOCALE_COOKIE, lang, LOCALES), (SIZE_COOKIE, size, ("normal", "large"))]
    for cookie, value, known in chosen:
        if value in known:
            response.set_cookie(
                cookie,
                value,
                max_age=YEAR,
                samesite="lax",
                httponly=True,
                secure=settings().public_url.startswith("https://"),
            )
    return response


ROUTES = [preferences]
