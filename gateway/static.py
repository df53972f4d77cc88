"""``/static/``: what Vite built, held in memory. A name that is not among the files found at the start is a 404,
so no path can lead elsewhere. Hashed names are kept by browsers for good."""

import gzip
import mimetypes
from functools import cache
from hashlib import blake2b
from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.params import FromPath

from core.errors import NotFound
from gateway.access import PUBLIC
from gateway.pages import WEB

DIST = WEB / "dist"
_SQUEEZED = ("text/", "application/javascript", "application/json", "image/svg+xml", "application/wasm")
_TYPES = {".js": "text/javascript", ".svg": "image/svg+xml", ".wasm": "application/wasm", ".woff2": "font/woff2"}


class File(msgspec.Struct, frozen=True):
    body: bytes
    squeezed: bytes | None
    media_type: str
    headers: dict[str, str]


@cache
def files() -> dict[str, File]:
    """By address below ``/static/``; the manifest and other hidden files are not for anybody."""
    found: dict[str, File] = {}
    for path in sorted(DIST.rglob("*")):
        name = path.relative_to(DIST).as_posix()
        if not path.is_file() or name.startswith("."):
            continue
        body = path.read_bytes()
        media_type = _TYPES.get(path.suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
        small = gzip.compress(body, 9, mtime=0) if media_type.startswith(_SQUEEZED) else None
        lasting = "public, max-age=31536000, immutable" if name.startswith("assets/") else "public, max-age=86400"
        found[name] = File(
            body,
            small if small is not None and len(small) < len(body) else None,
            media_type,
            {"cache-control": lasting, "etag": f'"{blake2b(body, digest_size=12).hexdigest()}"'},
        )
    return found


@get("/static/{name:path}", opt=PUBLIC, sync_to_thread=False)
def static_file(request: Request[Any, Any, Any], name: FromPath[str]) -> Response[bytes]:
    file = files().get(name.removeprefix("/"))
    if file is None:
        raise NotFound
    headers = file.headers
    if request.headers.get("if-none-match") == headers["etag"]:
        return Response(b"", status_code=304, headers=headers, media_type=file.media_type)
    if file.squeezed is None:
        return Response(file.body, headers=headers, media_type=file.media_type)
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers = {**headers, "content-encoding": "gzip", "vary": "accept-encoding"}
        return Response(file.squeezed, headers=headers, media_type=file.media_type)
    return Response(file.body, headers={**headers, "vary": "accept-encoding"}, media_type=file.media_type)


ROUTES = [static_file]
