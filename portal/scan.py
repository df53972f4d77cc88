"""The scanner's page (``/scan``), which works without a network once it was opened.

The page is the same for everybody: who a phone is stands on the phone. Its service worker keeps the page and all that
it is made of under a version, and knows nothing else; it lives under ``/scan`` alone.
"""

from typing import Any

from litestar import Request, Response, get

from core.accounts.roles import Role
from core.editions.queries import current_edition
from gateway.access import PUBLIC, actor_of
from gateway.pages import page
from portal.kept_pages import ALWAYS_ASKED, KeptPage

_ICONS = ("/static/favicon.svg", "/static/icon-180.png", "/static/icon-192.png", "/static/icon-512.png")
KEPT = KeptPage(
    "scanner",
    pages="^/scan$",
    same="/scan",
    sources=("scan.ts", "scan.css", "main.ts", "main.css"),
    beside=(*_ICONS, "/scan/manifest.webmanifest"),
    templates=("base.html", "components.html", "portal/scan.html"),
    patience=0.8,  # as for a scan
)


@get("/scan", opt=PUBLIC)
async def scanner(request: Request[Any, Any, Any]) -> Response[str]:
    actor = actor_of(request)
    return page(
        request,
        "portal/scan.html",
        edition=await current_edition(),
        may=Role.gate in actor.roles,
        kept="kept" in request.query_params,
        version=KEPT.version,
    )


@get("/scan/sw.js", opt=PUBLIC, sync_to_thread=False)
def worker() -> Response[bytes]:
    return KEPT.worker(**{"service-worker-allowed": "/scan"})


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
    return Response(body, media_type="application/manifest+json", headers=ALWAYS_ASKED)


ROUTES: list[Any] = [scanner, worker, manifest]
