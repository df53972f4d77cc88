"""Role × route: one row for each route, in the order of the alphabet, saying who may.

A route without a row fails, and so does a row without a route; the roles here must be those that the route declares.
"""

from litestar.handlers import HTTPRouteHandler

from app import create_app

#: method, path, and who: "public", "signed_in", or roles with a space between.
ROUTES = """
GET / public
GET /admin gate organizer reviewer signing viewer
GET /agenda public
GET /api/v1/badges organizer
POST /api/v1/badges organizer
POST /api/v1/badges/batch organizer
GET /api/v1/badges/{serial:str} organizer
GET /api/v1/edition public
GET /api/v1/events public
GET /api/v1/exhibitors reviewer
POST /api/v1/exhibitors public
GET /api/v1/exhibitors/{number:str} reviewer
GET /editions/{slug:str} public
GET /enter/{token:str} public
POST /enter/{token:str} public
GET /exhibitors public
GET /favicon.ico public
GET /help public
GET /invite/{token:str} public
POST /invite/{token:str} public
GET /login public
POST /login public
GET /login/code public
POST /login/code public
POST /login/link public
POST /logout signed_in
GET /manifest.webmanifest public
GET /portal public
GET /preferences public
GET /privacy public
GET /projects public
GET /register public
POST /register public
GET /register/{submission:str} public
GET /reset public
POST /reset public
GET /reset/{token:str} public
POST /reset/{token:str} public
GET /robots.txt public
GET /scan public
GET /schema public
GET /schema/openapi.json public
GET /schema/{path:str} public
GET /setup/{token:str} public
POST /setup/{token:str} public
GET /static/{name:path} public
GET /wall public
"""


def _rows() -> dict[tuple[str, str], str]:
    out: dict[tuple[str, str], str] = {}
    for line in ROUTES.strip().splitlines():
        method, path, who = line.split(maxsplit=2)
        assert (method, path) not in out, f"{method} {path} stands twice"
        out[method, path] = who
    return out


ROWS = _rows()


def _declared() -> dict[tuple[str, str], str]:
    out: dict[tuple[str, str], str] = {}
    for route in create_app().routes:
        for handler in getattr(route, "route_handlers", [getattr(route, "route_handler", None)]):
            assert isinstance(handler, HTTPRouteHandler), f"{route.path} is no HTTP route"
            for method in handler.http_methods - {"OPTIONS"}:
                allowed = handler.opt["allow"]
                out[method, route.path] = allowed if isinstance(allowed, str) else " ".join(sorted(allowed))
    return out


def test_every_route_stands_here_as_it_is_declared() -> None:
    assert _declared() == ROWS


def test_rows_are_sorted_so_that_they_merge_easily() -> None:
    lines = ROUTES.strip().splitlines()
    assert lines == sorted(lines, key=lambda line: line.split()[1::-1])
