"""One place where refusals become answers: problem+json (RFC 9457) for the API, a page for people."""

import logging
from typing import Any

from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException

from core.errors import DomainError, FieldError
from core.i18n import mark, translate
from gateway.locale import locale_of

log = logging.getLogger("yinbo")

PROBLEM = "application/problem+json"


def wants_problem(request: Request[Any, Any, Any]) -> bool:
    return request.url.path.startswith("/api/")


def problem(
    request: Request[Any, Any, Any],
    status: int,
    code: str,
    message: str,
    errors: tuple[FieldError, ...] = (),
    headers: dict[str, str] | None = None,
) -> Response[Any]:
    locale = locale_of(request)
    if not wants_problem(request):
        from gateway.pages import page

        return page(
            request,
            "error.html",
            status_code=status,
            status=status,
            code=code,
            message=translate(locale, message),
        )
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": translate(locale, message),
        "status": status,
        "detail": translate(locale, message),
        "code": code,
    }
    if errors:
        body["errors"] = [{"field": e.field, "code": e.code, "message": translate(locale, e.message)} for e in errors]
    return Response(body, status_code=status, media_type=PROBLEM, headers=headers)


def on_domain_error(request: Request[Any, Any, Any], exc: DomainError) -> Response[Any]:
    return problem(request, exc.status, exc.code, exc.message, exc.errors)


def on_validation(request: Request[Any, Any, Any], exc: ValidationException) -> Response[Any]:
    """Litestar answers 400 to a body that does not fit; the contract says 422, field by field."""
    errors: list[FieldError] = []
    if isinstance(exc.extra, list):
        for item in exc.extra:
            if isinstance(item, dict):
                errors.append(FieldError(str(item.get("key", "")), "invalid", str(item.get("message", ""))))
    return problem(request, 422, "invalid", mark("Please check the marked fields."), tuple(errors))


_TEXTS = {
    400: ("bad_request", mark("This request could not be understood.")),
    401: ("not_signed_in", mark("Please sign in.")),
    403: ("forbidden", mark("Your account may not do this.")),
    404: ("not_found", mark("There is nothing here.")),
    405: ("method_not_allowed", mark("This address does not take that method.")),
    413: ("too_large", mark("This is larger than we can take.")),
    415: ("unsupported_media_type", mark("This kind of content is not accepted here.")),
    429: ("too_many", mark("Too many tries. Please wait a little.")),
}


def on_http_error(request: Request[Any, Any, Any], exc: HTTPException) -> Response[Any]:
    code, text = _TEXTS.get(exc.status_code, ("error", mark("Something went wrong.")))
    return problem(request, exc.status_code, code, text, headers=dict(exc.headers or {}))


def on_failure(request: Request[Any, Any, Any], exc: Exception) -> Response[Any]:
    log.error("unhandled", exc_info=exc)
    return problem(request, 500, "internal", mark("Something went wrong on our side."))


HANDLERS: dict[int | type[Exception], Any] = {
    DomainError: on_domain_error,
    ValidationException: on_validation,
    HTTPException: on_http_error,
    Exception: on_failure,
}
