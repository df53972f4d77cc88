"""``page(request, "portal/home.html", edition=...)``: a template in the reader's language and type size."""

import asyncio
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Awaitable, Callable, Iterator
from functools import cache, partial
from hashlib import blake2b
from pathlib import Path
from typing import Any, Literal
from weakref import WeakKeyDictionary

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from litestar import Litestar, Request, Response
from litestar.connection import ASGIConnection
from litestar.enums import MediaType
from litestar.types import HTTPResponseBodyEvent, HTTPResponseStartEvent, HTTPScope, Receive, Scope, Send

from core import clock
from core.accounts.roles import ANONYMOUS
from core.config import settings
from core.context import current_request_id
from core.editions.queries import kept_edition
from core.i18n import Locale, formats, is_known, plural, translate
from gateway import csrf
from gateway.access import actor_of
from gateway.locale import Size, locale_of, size_of
from gateway.summaries import MARK, name_fields

WEB = Path(__file__).parent.parent / "web"
TEMPLATES = WEB / "templates"
MANIFEST = WEB / "dist" / ".vite" / "manifest.json"
FLASH_COOKIE = "flash"
#: Of a query that a switch brings back.
LONGEST_QUERY = 400

_globals: dict[str, Any] = {}
_per_request: dict[str, Callable[[Request[Any, Any, Any]], Any]] = {}


def provide(name: str, thing: Callable[..., Any]) -> None:
    """Gives every template a function: how a module above this one lends something to ``base.html``."""
    _globals[name] = thing
    environment.cache_clear()


def provide_per_request(name: str, make: Callable[[Request[Any, Any, Any]], Any]) -> None:
    """Gives every page the value ``make(request)`` under this name."""
    _per_request[name] = make


@cache
def _manifest() -> dict[str, dict[str, Any]]:
    """What Vite built: source name to hashed file. Empty in a checkout whose assets were never built."""
    return json.loads(MANIFEST.read_bytes()) if MANIFEST.is_file() else {}


def asset(name: str) -> str:
    """The address of a file of ``web/src`` as it was built, to be cached for good."""
    built = _manifest().get(f"src/{name}")
    return f"/static/{built['file'] if built else name}"


def built_with(name: str) -> list[str]:
    """The addresses of a file of ``web/src`` as it was built and of all that it loads, now or later."""
    manifest = _manifest()
    found: dict[str, None] = {}
    waiting = [f"src/{name}"]
    seen: set[str] = set()
    while waiting:
        key = waiting.pop()
        if key in seen or key not in manifest:
            continue
        seen.add(key)
        part = manifest[key]
        for file in (part["file"], *part.get("css", ()), *part.get("assets", ())):
            found[f"/static/{file}"] = None
        waiting += [*part.get("imports", ()), *part.get("dynamicImports", ())]
    return list(found)


class _Spoken(Extension):
    """Translates ``_("...")`` without values when a template is compiled, once, instead of on every page."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        locale: Locale = self.environment.globals["locale"]  # type: ignore[assignment]  # set before any template
        held: list[Token] = []
        for token in stream:
            held.append(token)
            while held and not _begins_a_call(held):
                yield held.pop(0)
            if len(held) == len(_CALL):
                yield Token(held[2].lineno, "string", translate(locale, held[2].value))
                held = []
        yield from held


def _begins_a_call(tokens: list[Token]) -> bool:
    shape = [(token.type, token.value if token.type == "name" else None) for token in tokens]
    return shape == _CALL[: len(shape)]


_CALL = [("name", "_"), ("lparen", None), ("string", None), ("rparen", None)]


@cache
def environment(locale: Locale) -> Environment:
    """One for each language, so that macros speak it too."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=[_Spoken],
    )

    def _(text: str, **values: object) -> str:
        return translate(locale, text, **values)

    def _plural(one: str, many: str, n: int, **values: object) -> str:
        return plural(locale, one, many, n, **values)

    made.filters |= {
        "day": partial(formats.day, locale),
        "full_day": partial(formats.full_day, locale),
        "moment": partial(formats.moment, locale),
        "clock": formats.clock,
        "minutes": formats.minutes,
        "number": formats.number,
        "relative_day": partial(formats.relative_day, locale),
    }
    made.globals |= {
        "_": _,
        "plural": _plural,
        "span": partial(formats.span, locale),
        "locale": locale,
        "asset": asset,
        "edition": None,
        "flash_message": None,
        "request_id": "",
        "size": "normal",
        "path": "/",
        "here": "/",
        "actor": ANONYMOUS,
        **_globals,
    }
    return made


def render(template: str, locale: Locale, **values: Any) -> str:
    html = environment(locale).get_template(template).render(**values)
    return name_fields(html, locale) if MARK in html else html


class Flash(msgspec.Struct):
    """What the next page says once, in that page's language."""

    text: str
    kind: Literal["good", "bad"] = "good"
    values: dict[str, str] = {}


def flash(response: Response[Any], text: str, *, kind: Literal["good", "bad"] = "good", **values: object) -> None:
    """Has the next page say ``text`` (a marked source text) once. It is personal to this browser and unsigned:
    only texts of the catalogues are shown."""
    packed = msgspec.json.encode(Flash(text, kind, {key: str(value) for key, value in values.items()}))
    response.set_cookie(
        FLASH_COOKIE,
        urlsafe_b64encode(packed).decode(),
        max_age=60,
        httponly=True,
        samesite="lax",
        secure=settings().public_url.startswith("https://"),
    )


def _flash_of(connection: ASGIConnection[Any, Any, Any, Any], locale: Locale) -> Flash | None:
    packed = connection.cookies.get(FLASH_COOKIE)
    if not packed:
        return None
    try:
        found = msgspec.json.decode(urlsafe_b64decode(packed), type=Flash)
        if not is_known(found.text):
            return None
        return Flash(translate(locale, found.text, **found.values), found.kind)
    except (ValueError, KeyError, TypeError):
        return None


def _here(scope: HTTPScope) -> str:
    """The address with its query: where the switches of language and type size come back to."""
    query = scope["query_string"].decode("utf-8", "replace")
    return f"{scope['path']}?{query}" if query and len(query) < LONGEST_QUERY else scope["path"]


def page(request: Request[Any, Any, Any], template: str, *, status_code: int = 200, **values: Any) -> Response[str]:
    locale = locale_of(request)
    html = render(
        template,
        locale,
        **{
            "size": size_of(request),
            "actor": actor_of(request),
            "path": request.scope["path"],
            "here": _here(request.scope),
            "flash_message": _flash_of(request, locale),
            "request_id": current_request_id(),
            "edition": kept_edition(),
            "csrf_field": partial(csrf.field_of, request),
            "csrf_token": partial(csrf.token_of, request),
            **{name: make(request) for name, make in _per_request.items()},
            **values,
        },
    )
    response = Response(html, status_code=status_code, media_type=MediaType.HTML)
    if FLASH_COOKIE in request.cookies:
        response.delete_cookie(FLASH_COOKIE)
    return response


class _Kept(Response[bytes]):
    """A page as it goes out. Sent to many, so it takes nothing of a request: no cookies, no headers of its own."""

    def __init__(self, minute: int, about: object, body: bytes) -> None:
        self.minute = minute
        self.about = about
        self.etag = f'"{blake2b(body, digest_size=12).hexdigest()}"'
        kind = (b"content-type", b"text/html; charset=utf-8")
        told = [(b"cache-control", b"private, no-cache"), (b"vary", b"cookie, accept-language")]
        told.append((b"etag", self.etag.encode()))
        whole = [kind, *told, (b"content-length", str(len(body)).encode())]
        self.start: HTTPResponseStartEvent = {"type": "http.response.start", "status": 200, "headers": whole}
        self.body: HTTPResponseBodyEvent = {"type": "http.response.body", "body": body, "more_body": False}
        self.unchanged: HTTPResponseStartEvent = {"type": "http.response.start", "status": 304, "headers": told}
        super().__init__(body)

    def to_asgi_response(self, app: Litestar | None, request: Request[Any, Any, Any], **_: Any) -> Any:
        """Of no request, but for whether its reader has the page already."""
        return self._say_so if request.headers.get("if-none-match") == self.etag else self._send

    async def _send(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        # A copy: whoever stands between adds to the headers.
        await send({**self.start})
        await send({**self.body})

    async def _say_so(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        await send({**self.unchanged})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


_Place = tuple[str, Locale, Size]


class _Shelf:
    """Of one event loop, as the database connections behind the pages are."""

    def __init__(self) -> None:
        self.pages: dict[_Place, _Kept] = {}
        #: Pages being made, with what they are about: those who come meanwhile wait for the same one.
        self.making: dict[_Place, tuple[object, asyncio.Task[_Kept]]] = {}


_shelves: WeakKeyDictionary[asyncio.AbstractEventLoop, _Shelf] = WeakKeyDictionary()
_SHELF_HOLDS = 512


def forget_pages() -> None:
    """For :func:`core.db.after_commit` of what public pages show: they change at once, not within the minute."""
    _shelves.clear()


async def public_page(
    request: Request[Any, Any, Any],
    template: str,
    about: object,
    values: Callable[[], Awaitable[dict[str, Any]]] | None = None,
    *,
    query: str | None = None,
) -> Response[Any]:
    """A page that is the same for everybody who has not signed in: rendered once a minute for each language and type
    size, and anew when ``about`` (the edition, say) is no longer equal. ``values``, where it needs any, is awaited only
    then.

    Nothing of one visitor may stand in it, so it is kept only for anonymous readers without a message and a query,
    but for the ``query`` that the caller knows to be one of few.
    """
    if (
        actor_of(request).kind != "anonymous"
        or FLASH_COOKIE in request.cookies
        or (request.scope["query_string"] and query is None)
    ):
        return page(request, template, **(await values() if values else {}))
    loop = asyncio.get_running_loop()
    shelf = _shelves.get(loop)
    if shelf is None:
        shelf = _shelves[loop] = _Shelf()
    locale, size = locale_of(request), size_of(request)
    path = request.scope["path"]
    at = f"{path}?{query}" if query else path
    place = (at, locale, size)
    minute = int(clock.now().timestamp()) // 60
    kept = shelf.pages.get(place)
    if kept is not None and kept.minute == minute and (kept.about is about or kept.about == about):
        return kept

    async def make() -> _Kept:
        own = await values() if values else {}
        html = render(template, locale, **{"size": size, "path": path, "here": at, **own}).encode()
        if len(shelf.pages) >= _SHELF_HOLDS:
            shelf.pages.clear()
        made = shelf.pages[place] = _Kept(minute, about, html)
        return made

    making = shelf.making.get(place)
    if making is None or making[0] != (minute, about):
        making = shelf.making[place] = ((minute, about), loop.create_task(make()))
        making[1].add_done_callback(partial(_made, shelf, place))
    # Whoever stops waiting does not stop it for the others.
    return await asyncio.shield(making[1])


def _made(shelf: _Shelf, place: _Place, task: "asyncio.Task[_Kept]") -> None:
    if (making := shelf.making.get(place)) is not None and making[1] is task:
        del shelf.making[place]
    if not task.cancelled():
        task.exception()  # whoever waited may have gone away
