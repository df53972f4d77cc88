"""``/schema/openapi.json``, and ``/schema`` as a plain page of ours: nothing comes from another site."""

from importlib.metadata import PackageNotFoundError, version
from typing import Any

from litestar import Litestar, Request, Router
from litestar.enums import MediaType
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin, OpenAPIRenderPlugin
from litestar.openapi.spec import (
    Components,
    OpenAPIMediaType,
    OpenAPIResponse,
    OpenAPIType,
    Operation,
    Reference,
    Schema,
    SecurityScheme,
)
from litestar.routes import HTTPRoute

from gateway.access import PUBLIC, actor_of
from gateway.errors import PROBLEM
from gateway.locale import locale_of, size_of
from gateway.pages import render

_PROBLEM = Schema(
    type=OpenAPIType.OBJECT,
    description="RFC 9457. `code` is stable; `title` and `detail` speak the reader's language.",
    required=["type", "title", "status", "detail", "code"],
    properties={
        "type": Schema(type=OpenAPIType.STRING),
        "title": Schema(type=OpenAPIType.STRING),
        "status": Schema(type=OpenAPIType.INTEGER),
        "detail": Schema(type=OpenAPIType.STRING),
        "code": Schema(type=OpenAPIType.STRING),
        "errors": Schema(
            type=OpenAPIType.ARRAY,
            items=Schema(
                type=OpenAPIType.OBJECT,
                required=["field", "code", "message"],
                properties={name: Schema(type=OpenAPIType.STRING) for name in ("field", "code", "message")},
            ),
        ),
    },
)
_BASE = "#/components"


class _Page(OpenAPIRenderPlugin):
    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        path = request.scope["path"]
        values = {"size": size_of(request), "path": path, "here": path, "actor": actor_of(request)}
        return render("schema.html", locale_of(request), schema=openapi_schema, **values).encode()


def _version() -> str:
    try:
        return version("yinbo")
    except PackageNotFoundError:
        return "0"


def config() -> OpenAPIConfig:
    return OpenAPIConfig(
        title="Yinbo",
        version=_version(),
        description=(
            "Send `Authorization: Bearer TOKEN`; a browser session may call too, with `X-CSRF-Token`. "
            "POSTs that create something take `Idempotency-Key`. Lists take `limit` and `cursor`."
        ),
        components=Components(
            schemas={"Problem": _PROBLEM},
            security_schemes={"bearer": SecurityScheme(type="http", scheme="bearer")},
        ),
        openapi_router=Router("/schema", route_handlers=[], include_in_schema=False, opt=PUBLIC),
        render_plugins=[
            _Page(path="/", media_type=MediaType.HTML),
            JsonRenderPlugin(path="/openapi.json", media_type=MediaType.JSON),
        ],
    )


def _refusal(description: str) -> OpenAPIResponse:
    problem = OpenAPIMediaType(schema=Reference(ref=f"{_BASE}/schemas/Problem"))
    return OpenAPIResponse(description=description, content={PROBLEM: problem})


def _complete(operation: Operation, handler: HTTPRouteHandler, path: str) -> None:
    responses = operation.responses = dict(operation.responses or {})
    writes = bool(handler.http_methods & {"POST", "PUT", "PATCH", "DELETE"})
    said = {"400": "Not understood", "422": "Bad input: `errors` names each field", "429": "Too often: `Retry-After`"}
    said |= {"409": "Not possible now: `code` says why", "503": "Busy or being prepared: `Retry-After`"}
    if handler.opt.get("allow") != "public":
        operation.security = [{"bearer": []}]
        said |= {"401": "No or a bad token", "403": "The role may not"}
    else:
        operation.security = []
        said |= {"401": "A bad token: it is refused even where none is needed"}
        said |= {"403": "A browser's request without its CSRF token"} if writes else {}
        said |= {"403": "The role may not"} if handler.opt.get("refuses") else {}
    past = any(getattr(parameter, "name", "") == "edition" for parameter in operation.parameters or ())
    if "{" in path or past or handler.opt.get("allow") == "public" or handler.opt.get("may_miss"):
        said |= {"404": "Not there, or not for you to know of"}
    if writes:
        said |= {"408": "The body took too long", "413": "The body is too large", "415": "Not JSON"}
    for status, description in said.items():
        responses[status] = _refusal(description)


def complete(app: Litestar) -> None:
    """Leaves out the pages; adds what Litestar can't know: who may call, and that every refusal is a problem."""
    schema = app.openapi_schema
    schema.components.schemas = {**(schema.components.schemas or {}), "Problem": _PROBLEM}
    schema.paths = {path: item for path, item in (schema.paths or {}).items() if path.startswith("/api/")}
    for route in app.routes:
        item = (schema.paths or {}).get(route.path_format)
        if item is None or not isinstance(route, HTTPRoute):
            continue
        for handler in route.route_handlers:
            for method in handler.http_methods:
                operation = getattr(item, method.lower(), None)
                if operation is not None and method != "OPTIONS":
                    _complete(operation, handler, route.path_format)
