"""``/files/``: what is kept, for who may read it. What its domain hides is a 404, as if it were not there."""

from typing import Any
from urllib.parse import quote

from litestar import Request, Response, get
from litestar.params import FromPath
from litestar.response import Stream

from core.errors import NotFound
from core.files import queries
from core.files.queries import Reach
from gateway.access import PUBLIC, actor_of

#: Whatever a file turns out to be, a browser that opens it runs nothing of it and asks for nothing more.
_CSP = "default-src 'none'; sandbox; frame-ancestors 'none'"
_LASTING = {Reach.public: "public, max-age=31536000, immutable", Reach.private: "private, no-store"}


@get("/files/{file:int}/{name:str}", opt=PUBLIC)
async def file(request: Request[Any, Any, Any], file: FromPath[int], name: FromPath[str]) -> Response[Any]:
    """The domain's rule says who may (see :func:`core.files.queries.readable`). A document is saved, never shown."""
    info = await queries.file_info(file)
    reach = await queries.reach(actor_of(request), info)
    here = f"/files/{file}/{name}"
    small = bool(info.small_url) and here == info.small_url
    if not small and here != info.url:
        raise NotFound
    headers = {
        "cache-control": _LASTING[reach],
        "content-security-policy": _CSP,
        "etag": f'"{name}"',
        "content-length": str(info.small_size if small else info.size),
    }
    if not small:
        way = "inline" if info.is_picture else "attachment"
        headers["content-disposition"] = f"{way}; filename*=UTF-8''{quote(info.name, safe='')}"
    if reach is Reach.public and request.headers.get("if-none-match") == headers["etag"]:
        del headers["content-length"]
        return Response(b"", status_code=304, headers=headers, media_type=info.media_type)
    return Stream(
        queries.contents(file, small=small),
        media_type="image/webp" if small else info.media_type,
        headers=headers,
    )


ROUTES = [file]
