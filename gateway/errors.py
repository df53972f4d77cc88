"""One place where refusals become answers: problem+json (RFC 9457) for programs, a page for people."""

import errno
import logging
import sqlite3
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import asyncpg
import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.response import Redirect
from litestar.status_codes import HTTP_303_SEE_OTHER
from litestar.types import Empty
from litestar.utils.scope.state import ScopeState

from core.db import StorageFull
from core.errors import DomainError, FieldError, InvalidInput
from core.i18n import mark, translate
from gateway.bodies import INVALID, REQUIRED, explain, faults
from gateway.locale import locale_of

log = logging.getLogger("yinbo")

PROBLEM = "application/problem+json"


class Problem(msgspec.Struct, omit_defaults=True):
    """RFC 9457, and our ``code`` and ``errors``."""

    title: str
    status: int
    detail: str
    code: str
    errors: list[FieldError] | None = None
    type: str = "about:blank"


def wants_problem(request: Request[Any, Any, Any]) -> bool:
    """The API and programs with a token always; elsewhere who asks for JSON and not for a page."""
    if request.scope["path"].startswith("/api/") or request.headers.get("authorization", "")[:7].lower() == "bearer ":
        return True
    accept = request.headers.get("accept", "")
    return "json" in accept and "text/html" not in accept


def problem(
    request: Request[Any, Any, Any],
    status: int,
    code: str,
    message: str,
    errors: tuple[FieldError, ...] = (),
    headers: dict[str, str] | None = None,
    values: Mapping[str, str] | None = None,
) -> Response[Any]:
    locale = locale_of(request)
    said = translate(locale, message, **(values or {}))
    if not wants_problem(request):
        from gateway.pages import page

        if status == 401 and request.method in ("GET", "HEAD"):
            query = request.scope["query_string"].decode("latin-1")
            here = request.scope["path"] + (f"?{query}" if query else "")
            return Redirect(f"/login?next={quote(here, safe='/')}", status_code=HTTP_303_SEE_OTHER)
        if code == "second_factor_needed":
            return Redirect("/account/second-factor", status_code=HTTP_303_SEE_OTHER)
        shown = page(request, "error.html", status_code=status, status=status, code=code, message=said)
        shown.headers.update(headers or {})
        return shown
    headers = {"content-language": locale, **(headers or {})}
    if status == 401:
        headers["www-authenticate"] = "Bearer"
    body = {"type": "about:blank", "title": said, "status": status, "detail": said, "code": code}
    if errors:
        body["errors"] = [{"field": e.field, "code": e.code, "message": translate(locale, e.message)} for e in errors]
    return Response(body, status_code=status, media_type=PROBLEM, headers=headers)


def on_domain_error(request: Request[Any, Any, Any], exc: DomainError) -> Response[Any]:
    if isinstance(exc, StorageFull):
        # Operators must hear of it: nobody but them can mend it.
        log.error("no room left on the disk: %s", exc.__cause__ or exc)
    headers = {"retry-after": str(exc.retry_after)} if exc.retry_after is not None else None
    return problem(request, exc.status, exc.code, exc.message, exc.errors, headers, exc.values)


def _faults_of_body(request: Request[Any, Any, Any]) -> list[FieldError]:
    """Litestar has read the body already; this looks at it again for all that is wrong with it."""
    parameter = request.route_handler.parsed_fn_signature.parameters.get("data")
    read = ScopeState.from_scope(request.scope).json
    return [] if parameter is None or read is Empty else faults(read, parameter.annotation)


def on_validation(request: Request[Any, Any, Any], exc: ValidationException) -> Response[Any]:
    """Litestar answers 400 to a body that does not fit; the contract says 422, field by field."""
    errors: list[FieldError] = []
    for item in exc.extra if isinstance(exc.extra, list) else ():
        key, message = str(item.get("key", "")), str(item.get("message", ""))
        if key == "data" or item.get("source") == "body":
            if not errors:
                errors += _faults_of_body(request) or [explain(message, key.removeprefix("data"))]
        else:
            errors.append(explain(message, key))
    if not errors and "Missing required" in exc.detail:
        errors.append(FieldError(exc.detail.partition("'")[2].partition("'")[0], "required", REQUIRED))
    return problem(request, 422, InvalidInput.code, InvalidInput.message, tuple(errors))


_TEXTS = {
    400: ("bad_request", mark("This request could not be understood.")),
    401: ("not_signed_in", mark("Please sign in.")),
    403: ("forbidden", mark("Your account may not do this.")),
    404: ("not_found", mark("There is nothing here.")),
    405: ("method_not_allowed", mark("This address does not take that method.")),
    406: ("not_acceptable", mark("We can't answer in the form that was asked for.")),
    408: ("too_slow", mark("This took too long to arrive. Please send it again.")),
    413: ("too_large", mark("This is larger than we can take.")),
    414: ("uri_too_long", mark("This address is too long.")),
    415: ("unsupported_media_type", mark("This kind of content is not accepted here.")),
    421: ("wrong_host", mark("This server does not answer under that name.")),
    429: ("too_many", mark("Too many tries. Please wait a little.")),
    431: ("headers_too_large", mark("This request carries more headers than we can take.")),
    503: ("busy", mark("We are busy right now. Please try again in a moment.")),
}


def on_http_error(request: Request[Any, Any, Any], exc: HTTPException) -> Response[Any]:
    if exc.status_code not in _TEXTS and exc.status_code >= 500:
        return on_failure(request, exc)
    code, text = _TEXTS.get(exc.status_code, _TEXTS[400])
    return problem(request, exc.status_code, code, text, headers=dict(exc.headers or {}))


_BUSY = (
    asyncpg.exceptions.LockNotAvailableError,
    asyncpg.exceptions.QueryCanceledError,
    asyncpg.exceptions.SerializationError,
    asyncpg.exceptions.DeadlockDetectedError,
    asyncpg.exceptions.InsufficientResourcesError,
    asyncpg.exceptions.OperatorInterventionError,
    asyncpg.exceptions.PostgresConnectionError,
    asyncpg.exceptions.InterfaceError,
    ConnectionError,
    TimeoutError,
)
#: What a database can't take (NUL in a text, a number beyond its column): the sender's fault, found late.
#: SQLite's driver says OverflowError of numbers beyond 64 bits.
_UNFIT = (asyncpg.exceptions.DataError, OverflowError)
_INT32 = 2**31
#: Of a file that was being written.
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


def _is_busy(exc: Exception) -> bool:
    if isinstance(exc, sqlite3.OperationalError):
        return "locked" in str(exc) or "busy" in str(exc)
    return isinstance(exc, _BUSY) and not isinstance(exc, _UNFIT)


def on_failure(request: Request[Any, Any, Any], exc: Exception) -> Response[Any]:
    """Says nothing of the inside; the log has it all."""
    if _is_busy(exc):
        log.warning("busy: %s", type(exc).__name__)
        return problem(request, 503, *_TEXTS[503], headers={"retry-after": "1"})
    if isinstance(exc, OSError) and exc.errno in _NO_ROOM:
        full = StorageFull()
        full.__cause__ = exc
        return on_domain_error(request, full)
    if isinstance(exc, _UNFIT):
        if any(isinstance(part, int) and not -_INT32 <= part < _INT32 for part in request.path_params.values()):
            return problem(request, 404, *_TEXTS[404])  # no row has such a number
        log.warning("unfit for the database", exc_info=exc)
        return problem(request, 422, "invalid", INVALID)
    if isinstance(exc, RecursionError):
        return problem(request, 400, *_TEXTS[400])
    log.error("unhandled", exc_info=exc)
    return problem(request, 500, "internal", mark("Something went wrong on our side."))


HANDLERS: dict[int | type[Exception], Any] = {
    DomainError: on_domain_error,
    ValidationException: on_validation,
    HTTPException: on_http_error,
    Exception: on_failure,
}
