"""Public pages of the current edition."""

from typing import Any

from litestar import Request, Response, get

from gateway.access import PUBLIC
from gateway.pages import page


@get("/", opt=PUBLIC)
async def home(request: Request[Any, Any, Any]) -> Response[str]:
    return page(request, "portal/home.html")


ROUTES = [home]
