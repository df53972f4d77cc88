"""What browsers and robots ask every site for."""

from functools import cache

from litestar import MediaType, Response, get

from gateway.access import PUBLIC
from gateway.pages import WEB

_DAY = {"cache-control": "public, max-age=86400"}

ROBOTS = """User-agent: *
Disallow: /admin
Disallow: /api
Disallow: /badge
Disallow: /account
Disallow: /login
Disallow: /portal
Disallow: /scan
Disallow: /preferences
"""


@cache
def _icon() -> bytes:
    path = WEB / "dist" / "icon-32.png"
    return path.read_bytes() if path.is_file() else b""


@get("/favicon.ico", opt=PUBLIC, sync_to_thread=False)
def favicon() -> Response[bytes]:
    return Response(_icon(), media_type="image/png", headers=_DAY)


@get("/robots.txt", opt=PUBLIC, sync_to_thread=False)
def robots() -> Response[str]:
    return Response(ROBOTS, media_type=MediaType.TEXT, headers=_DAY)


@get("/manifest.webmanifest", opt=PUBLIC, sync_to_thread=False)
def manifest() -> Response[dict[str, object]]:
    icons = [
        {"src": f"/static/icon-{size}.png", "sizes": f"{size}x{size}", "type": "image/png", "purpose": "any maskable"}
        for size in (192, 512)
    ]
    body: dict[str, object] = {
        "name": "银博 Yinbo",
        "short_name": "银博",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#f6f5f0",
        "theme_color": "#0b5049",
        "icons": [{"src": "/static/favicon.svg", "sizes": "any", "type": "image/svg+xml"}, *icons],
    }
    return Response(body, media_type="application/manifest+json", headers=_DAY)


ROUTES = [favicon, robots, manifest]
