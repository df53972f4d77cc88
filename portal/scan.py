"""The scanner's page (``/scan``), which works without a network once it was opened.

The page is the same for everybody: who a phone is stands on the phone. Its service worker keeps the page and all that
it is made of under a version, and knows nothing else; it lives under ``/scan`` alone.
"""

from functools import cache
from hashlib import blake2b
from typing import Any

import msgspec
from litestar import Request, Response, get

from core.accounts.roles import Role
from core.editions.queries import current_edition
from gateway.access import PUBLIC, actor_of
from gateway.pages import TEMPLATES, built_with, page
from gateway.static import DIST

_DAY = {"cache-control": "no-cache"}
_PAGE_OF = ("base.html", "components.html", "portal/scan.html")
_ICONS = ("/static/favicon.svg", "/static/icon-180.png", "/static/icon-192.png", "/static/icon-512.png")


@get("/scan", opt=PUBLIC)
async def scanner(request: Request[Any, Any, Any]) -> Response[str]:
    actor = actor_of(request)
    return page(
        request,
        "portal/scan.html",
        edition=await current_edition(),
        may=Role.gate in actor.roles,
        kept="kept" in request.query_params,
        version=version(),
    )


@cache
def parts() -> tuple[str, ...]:
    """All that the page is made of, by address."""
    found = [address for entry in ("scan.ts", "scan.css", "main.ts", "main.css") for address in built_with(entry)]
    return (*dict.fromkeys(found), *_ICONS, "/scan/manifest.webmanifest")


@cache
def version() -> str:
    """Changes with whatever the page is made of."""
    made = blake2b("\n".join(parts()).encode(), digest_size=6)
    for name in _PAGE_OF:
        made.update((TEMPLATES / name).read_bytes())
    return made.hexdigest()


@cache
def _worker() -> bytes:
    entry = built_with("scan-worker.ts")
    body = (DIST / entry[0].removeprefix("/static/")).read_bytes() if entry else b""
    about = msgspec.json.encode({"version": version(), "files": parts()})
    return b"self.YINBO=" + about + b";\n" + body


@get("/scan/sw.js", opt=PUBLIC, sync_to_thread=False)
def worker() -> Response[bytes]:
    headers = {**_DAY, "service-worker-allowed": "/scan"}
    return Response(_worker(), media_type="text/javascript", headers=headers)


@get("/scan/manifest.webmanifest", opt=PUBLIC, sync_to_thread=False)
def manifest() -> Response[dict[str, object]]:
    icons = [
        {"src": f"/static/icon-{size}.png", "sizes": f"{size}x{size}", "type": "image/png", "purpose": "any maskable"}
        for size in (192, 512)
    ]
    body: dict[str, object] = {
        "id": "/scan",
        "name": "银博检票 Yinbo Scanner",
        "short_name": "检票",
        "start_url": "/scan",
        "scope": "/scan",
        "display": "standalone",
        "orientation": "any",
        "background_color": "#06332e",
        "theme_color": "#06332e",
        "icons": [{"src": "/static/favicon.svg", "sizes": "any", "type": "image/svg+xml"}, *icons],
    }
    return Response(body, media_type="application/manifest+json", headers=_DAY)


ROUTES: list[Any] = [scanner, worker, manifest]
