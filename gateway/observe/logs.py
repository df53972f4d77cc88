"""Logs as JSON, one object a line; readable text on a terminal. No bodies, query strings, addresses or locals."""

import logging
import re
import sys
import traceback
from collections.abc import Callable
from typing import Any

from core.context import current_request_id
from core.lazily import without

with without("rich"):  # paints tracebacks, which ours are not
    import structlog

Line = dict[str, Any]

#: Addresses of people and long numbers, wherever the text of an error brings them along.
_PERSONAL = re.compile(r"[^\s@'\"(<]+@[^\s@'\")>]+|\d{7,}")
_LONGEST = 300

#: Writes the line of a request; nothing is written before :func:`configure_logging`.
write_request: Callable[[Line], None] | None = None


def scrubbed(text: str) -> str:
    """The first line without what may be personal: drivers put the refused values into the lines below."""
    first = text.strip().partition("\n")[0][:_LONGEST]
    return _PERSONAL.sub("…", first)


def told(error: BaseException) -> str:
    """Where it happened and what, without locals."""
    parts: list[str] = []
    at: BaseException | None = error
    seen: set[int] = set()
    while at is not None and id(at) not in seen:
        seen.add(id(at))
        frames = "".join(traceback.format_tb(at.__traceback__)).rstrip()
        parts.append(f"{frames}\n{type(at).__name__}: {scrubbed(str(at))}".strip())
        at = at.__cause__ or (None if at.__suppress_context__ else at.__context__)
    return "\n-- caused by --\n".join(parts)


def _request(_logger: Any, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    if request_id := current_request_id():
        event.setdefault("request_id", request_id)
    return event


def _error(_logger: Any, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    info = event.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    error = info[1] if isinstance(info, tuple) else info
    if isinstance(error, BaseException):
        event["traceback"] = told(error)
    return event


def _json(_logger: Any, _method: str, event: structlog.typing.EventDict) -> str:
    import msgspec

    return msgspec.json.encode(event, enc_hook=str).decode()


def _text(_logger: Any, _method: str, event: structlog.typing.EventDict) -> str:
    """``14:03:07 info    GET /agenda 200 3 ms`` and so on."""
    at, level, name = event.pop("at"), event.pop("level"), event.pop("event")
    event.pop("logger", None)
    trace = event.pop("traceback", "")
    if name == "request":
        shown = f"{event['method']} {event['route']} {event['status']} {event['ms']} ms"
    else:
        shown = " ".join([str(name), *(f"{key}={value}" for key, value in event.items())])
    return f"{at[11:19]} {level:7} {shown}" + (f"\n{trace}" if trace else "")


def configure_logging(*, as_json: bool | None = None) -> None:
    """Once a process, before it serves. To stderr; what a command answers stands on stdout alone."""
    global write_request
    if as_json is None:
        as_json = not sys.stderr.isatty()
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        _request,
        _error,
    ]
    render = _json if as_json else _text
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
            keep_exc_info=False,
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("yinbo").setLevel(logging.INFO)
    # Litestar's would log every refused request with its traceback; ours are in gateway.errors.
    logging.getLogger("litestar").setLevel(logging.CRITICAL)
    bound = structlog.wrap_logger(
        structlog.WriteLogger(sys.stderr),
        processors=[*shared[2:3], _plain_level, render],
        wrapper_class=structlog.BoundLogger,
        cache_logger_on_first_use=True,
    ).bind()

    def write(line: Line) -> None:
        bound.info("request", **line)

    write_request = write


def _plain_level(_logger: Any, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    event["level"] = "info" if event["status"] < 500 else "error"
    return event
